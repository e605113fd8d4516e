package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps stored orders in order as time passes, and the {@link OrderBook} in step with them. What is
 * noted here is done with the next tick, and tried again while storage fails. Any thread may note;
 * one thread ticks, and may wait for storage.
 */
final class OrderUpkeep {
  /** Orders are shown for so long after they were sent or given up. */
  static final Duration SHOWN = Duration.ofHours(24);

  /** The longest that an order made on another node, whose hint was lost, goes unnoticed. */
  static final Duration REREAD = Duration.ofMinutes(1);

  /** Hints beyond this make the next tick read everything instead. */
  private static final int MOST_HINTS = 10_000;

  private static final Logger log = LoggerFactory.getLogger(OrderUpkeep.class);

  private final OrderStore store;
  private final OrderBook book;
  private final Queue<Order> unsent = new ConcurrentLinkedQueue<>();
  private final Queue<Order> broken = new ConcurrentLinkedQueue<>();
  private final Map<InstanceUid, InstanceUid> renamed = new ConcurrentHashMap<>();
  private final Map<InstanceUid, Instant> forgotten = new ConcurrentHashMap<>();
  private final Set<String> hints = ConcurrentHashMap.newKeySet();
  private volatile boolean rereads;

  // The thread that ticks.
  private Instant nextReread = Instant.MIN;

  @Inject
  OrderUpkeep(OrderStore store, OrderBook book) {
    this.store = store;
    this.book = book;
  }

  /** A claimed order did not go out; it waits again. */
  void giveBack(Order order) {
    unsent.add(order);
  }

  /** A claimed order met with a failure. */
  void failed(Order order) {
    broken.add(order);
  }

  /** The agent goes by another uid now, and its orders go with it (D4). */
  void renamed(InstanceUid old, InstanceUid fresh) {
    renamed.put(old, fresh);
  }

  /** The agent is forgotten, and with it what it was ordered until now. */
  void forgotten(InstanceUid agent, Instant now) {
    forgotten.put(agent, now);
  }

  /** The document of an order may have changed. */
  void hint(String documentId) {
    if (hints.size() < MOST_HINTS) {
      hints.add(documentId);
    } else {
      rereads = true;
    }
  }

  /** Does what is due and what was noted. */
  void tick(Instant now) {
    try {
      settle(unsent, order -> order.become(unsentState(order, now), now));
      settle(broken, order -> order.become(Order.State.FAILED, now));
      renamed.forEach(this::move);
      forgotten.forEach(this::removeAll);
      followHints();
      expire(now);
      if (rereads || !now.isBefore(nextReread)) {
        rereads = false;
        nextReread = now.plus(REREAD);
        reread(now);
      }
    } catch (StorageException e) {
      log.warn("orders cannot be kept up, will try again: {}", e.getMessage());
    }
  }

  /**
   * Reads every order: those that wait go into the book, those long finished are removed.
   *
   * @throws StorageException if they cannot be read
   */
  void reread(Instant now) {
    Set<OrderBook.Waiting> seen = new HashSet<>();
    store.readAll(
        order -> {
          if (order.isPending() && !order.isOver(now)) {
            seen.add(OrderBook.Waiting.of(order));
            book.add(order);
          } else if (order.isPending()) {
            replace(order.become(Order.State.EXPIRED, now));
          } else if (!now.isBefore(order.since().plus(SHOWN))) {
            remove(order);
          }
        });
    for (OrderBook.Waiting waiting : book.all()) {
      // One that came while the others were read is in storage all the same.
      if (!seen.contains(waiting) && pending(waiting).isEmpty()) {
        book.remove(waiting);
      }
    }
  }

  private static Order.State unsentState(Order order, Instant now) {
    return order.isOver(now) ? Order.State.EXPIRED : Order.State.PENDING;
  }

  private void settle(Queue<Order> orders, UnaryOperator<Order> next) {
    for (Order order = orders.peek(); order != null; order = orders.peek()) {
      Order settled = next.apply(order);
      if (replace(settled) && settled.isPending()) {
        book.add(settled);
      }
      orders.poll();
    }
  }

  private void followHints() {
    for (String id : List.copyOf(hints)) {
      // Before it is read: a change that comes later is hinted at anew.
      hints.remove(id);
      store.find(id).filter(Order::isPending).ifPresent(book::add);
    }
  }

  private void expire(Instant now) {
    for (OrderBook.Waiting waiting : book.all()) {
      if (!now.isBefore(waiting.expires())) {
        pending(waiting).ifPresent(order -> replace(order.become(Order.State.EXPIRED, now)));
        book.remove(waiting);
      }
    }
  }

  /** SENT in between, so that it can leave under one uid only, whatever happens. */
  private void move(InstanceUid old, InstanceUid fresh) {
    for (Order order : all(old)) {
      if (order.isPending()) {
        try {
          Order claimed = store.replace(order.become(Order.State.SENT, order.since()));
          book.remove(OrderBook.Waiting.of(order));
          book.add(store.create(order.movedTo(fresh)));
          store.remove(claimed);
        } catch (VersionConflictException e) {
          log.debug("order {} went to somebody else", order.id());
        }
      }
    }
    renamed.remove(old, fresh);
  }

  private void removeAll(InstanceUid agent, Instant until) {
    for (Order order : all(agent)) {
      if (!order.created().isAfter(until)) {
        remove(order);
        book.remove(OrderBook.Waiting.of(order));
      }
    }
    forgotten.remove(agent, until);
  }

  private List<Order> all(InstanceUid agent) {
    List<Order> all = new ArrayList<>();
    store.readAll(agent, all::add);
    return all;
  }

  private Optional<Order> pending(OrderBook.Waiting waiting) {
    return store.find(waiting.agent(), waiting.id()).filter(Order::isPending);
  }

  private boolean replace(Order order) {
    try {
      store.replace(order);
      return true;
    } catch (VersionConflictException e) {
      log.debug("order {} was changed by somebody else", order.id());
      return false;
    }
  }

  private void remove(Order order) {
    try {
      store.remove(order);
    } catch (VersionConflictException e) {
      log.debug("order {} was changed by somebody else", order.id());
    }
  }
}
