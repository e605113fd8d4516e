package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operators order what agents are to be sent once. An order is durable when {@link #create}
 * returns. Methods block, are thread-safe and throw {@link io.opamp4j.storage.StorageException}
 * when the store fails. Whether there is such an agent is for the caller to know.
 */
public final class OrderDesk {
  private static final Pattern ID = Pattern.compile("[0-9a-z-]{1,100}");
  private static final int KEY_DIGITS = 32;
  private static final Logger log = LoggerFactory.getLogger(OrderDesk.class);

  private final OrderStore store;
  private final OrderBook book;
  private final InstantSource clock;
  private final RandomGenerator random;

  @Inject
  OrderDesk(OrderStore store, OrderBook book, InstantSource clock, RandomGenerator random) {
    this.store = store;
    this.book = book;
    this.clock = clock;
    this.random = random;
  }

  /**
   * What came of a {@link #create}.
   *
   * @param order the order, new or not
   * @param isNew whether it was made now
   */
  public record Created(Order order, boolean isNew) {}

  /**
   * Orders this, unless an order of the same key is there already. About {@link
   * OrderBook#MOST_PER_AGENT} may wait for one agent: those who order at the same moment do not see
   * each other.
   *
   * @throws OrderRefusedException if too many wait, or the key was used for something else
   */
  public Created create(InstanceUid agent, OrderDraft draft) {
    String id = draft.key().map(OrderDesk::idOf).orElseGet(this::freshId);
    Optional<Order> before = draft.key().isPresent() ? store.find(agent, id) : Optional.empty();
    if (before.isPresent()) {
      return repeated(before.get(), draft);
    }
    if (book.count(agent) >= OrderBook.MOST_PER_AGENT) {
      throw new OrderRefusedException(
          OrderRefusedException.Reason.TOO_MANY,
          OrderBook.MOST_PER_AGENT + " orders wait for agent " + agent + " already");
    }
    Instant now = clock.instant();
    Order order =
        new Order(
            agent,
            id,
            draft.what(id),
            now,
            now.plus(draft.lifetime()),
            Order.State.PENDING,
            now,
            0);
    try {
      Order created = store.create(order);
      log.info("order {} for agent {}: {}", id, agent, created.what().what());
      book.add(created);
      return new Created(created, true);
    } catch (VersionConflictException e) {
      // The same key at the same moment.
      return store.find(agent, id).map(other -> repeated(other, draft)).orElseThrow(() -> e);
    }
  }

  /** Whether this could be the id of an order. */
  public static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  /** The order of this id, if there is one. */
  public Optional<Order> find(InstanceUid agent, String id) {
    return isId(id) ? store.find(agent, id) : Optional.empty();
  }

  /**
   * An agent's orders in ascending order of id, finished ones too for a while.
   *
   * @param after only ids above this one; empty starts at the beginning
   * @param limit the most to return, 1 to 9,999
   */
  public Page<Order> list(InstanceUid agent, Optional<String> after, int limit) {
    return store.list(agent, after, limit);
  }

  /**
   * Takes an order back. It is still shown for a while; taken back again, nothing happens.
   *
   * @return false if there is no such order
   * @throws OrderRefusedException if it was sent or given up before
   */
  public boolean cancel(InstanceUid agent, String id) {
    Optional<Order> order = find(agent, id);
    if (order.isEmpty()) {
      return false;
    }
    if (order.get().isPending()) {
      try {
        store.replace(order.get().become(Order.State.CANCELLED, clock.instant()));
        book.remove(OrderBook.Waiting.of(order.get()));
        log.info("order {} for agent {} cancelled", id, agent);
        return true;
      } catch (VersionConflictException e) {
        log.debug("order {} was changed while it was cancelled", id);
        order = find(agent, id);
      }
    }
    order.ifPresent(OrderDesk::requireCancelled);
    return order.isPresent();
  }

  private static Created repeated(Order order, OrderDraft draft) {
    if (!draft.asksFor(order)) {
      throw new OrderRefusedException(
          OrderRefusedException.Reason.KEY_IN_USE,
          "the key was used for order " + order.id() + ", which is another one");
    }
    return new Created(order, false);
  }

  private static void requireCancelled(Order order) {
    if (order.state() != Order.State.CANCELLED) {
      throw new OrderRefusedException(
          OrderRefusedException.Reason.NOT_PENDING,
          "order " + order.id() + " cannot be cancelled, it is " + order.state());
    }
  }

  /** The key itself may be any text, an id may not. */
  private static String idOf(String key) {
    String hash = ContentHash.of(ByteString.copyFromUtf8(key)).toString();
    return "key-" + hash.substring(0, KEY_DIGITS);
  }

  private String freshId() {
    return InstanceUid.generate(clock.instant(), random).toString();
  }
}
