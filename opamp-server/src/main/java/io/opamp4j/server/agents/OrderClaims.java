package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.AgentState;
import io.opamp4j.core.server.OneShot;
import io.opamp4j.core.server.OneShots;
import io.opamp4j.core.server.Step;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets orders out, each at most once: an order is made SENT in storage by compare-and-set, on a
 * thread that may wait for it, and only then put on the wire, back in the agent's mailbox. Of
 * several nodes, and of a cancellation, one wins. One claim at a time for each agent, so the amount
 * of this work is bounded. All methods are called in the agent's mailbox.
 */
final class OrderClaims {
  private static final Logger log = LoggerFactory.getLogger(OrderClaims.class);

  private final OrderBook book;
  private final OrderStore store;
  private final OrderUpkeep upkeep;
  private final Claims claims;
  private final Executor patient;
  private final InstantSource clock;
  private final Set<AgentSession> claiming = ConcurrentHashMap.newKeySet();

  @Inject
  OrderClaims(
      OrderBook book,
      OrderStore store,
      OrderUpkeep upkeep,
      Claims claims,
      @PatientWork Executor patient,
      InstantSource clock) {
    this.book = book;
    this.store = store;
    this.upkeep = upkeep;
    this.claims = claims;
    this.patient = patient;
    this.clock = clock;
  }

  /**
   * An answer over HTTP is the only chance to send (HTTP-07), so it waits for the claim.
   *
   * @param go answers, with the order if it could be claimed; called later, in the mailbox
   * @return false if nothing waits that could go with this answer; then {@code go} is not called
   */
  boolean claimFor(AgentSession session, AgentToServer message, Consumer<Optional<Order>> go) {
    AgentState agent = session.now().state();
    InstanceUid uid = InstanceUid.from(message.getInstanceUid()).orElse(agent.uid());
    return waiting(uid, w -> OneShots.canAnswer(agent, message, w.capability()))
        .map(waiting -> claim(session, waiting, () -> tryClaim(waiting), go))
        .orElse(false);
  }

  /**
   * Sends what waits and can be pushed, one after the other.
   *
   * @param send tells whether it was sent; called later, in the mailbox
   */
  void push(AgentSession session, Predicate<OneShot> send) {
    AgentState agent = session.now().state();
    Optional<OrderBook.Waiting> next =
        waiting(agent.uid(), w -> OneShots.canBePushed(agent, w.capability()));
    if (next.isEmpty()) {
      return;
    }
    OrderBook.Waiting waiting = next.get();
    claim(
        session,
        waiting,
        () -> tryToPush(session, waiting),
        claimed -> {
          claimed.ifPresent(order -> sendOrSettle(order, send));
          // One that is still there could not be claimed now; the next message tries again.
          if (!book.has(waiting)) {
            push(session, send);
          }
        });
  }

  /** A claimed order was to go with an answer; this is what the answer came to. */
  void answered(Order order, Step step) {
    boolean sent =
        step.events().stream()
            .anyMatch(
                event ->
                    event instanceof AgentEvent.OrderSent told && told.order().equals(order.id()));
    if (!sent) {
      upkeep.giveBack(order);
    }
  }

  /** A claimed order was to go out, and the server failed. */
  void failed(Order order) {
    upkeep.failed(order);
  }

  private Optional<OrderBook.Waiting> waiting(
      InstanceUid agent, Predicate<OrderBook.Waiting> passes) {
    Instant now = clock.instant();
    return book.next(agent, w -> now.isBefore(w.expires()) && passes.test(w));
  }

  private void sendOrSettle(Order order, Predicate<OneShot> send) {
    try {
      if (!send.test(order.what())) {
        upkeep.giveBack(order);
      }
    } catch (RuntimeException e) {
      log.error("order {} of agent {} could not be sent", order.id(), order.agent(), e);
      upkeep.failed(order);
    }
  }

  private boolean claim(
      AgentSession session,
      OrderBook.Waiting waiting,
      Supplier<Optional<Order>> attempt,
      Consumer<Optional<Order>> then) {
    if (!claiming.add(session)) {
      return false;
    }
    try {
      patient.execute(
          () -> {
            Optional<Order> claimed = attempt.get();
            session
                .mailbox()
                .post(
                    () -> {
                      claiming.remove(session);
                      then.accept(claimed);
                    });
          });
      return true;
    } catch (RejectedExecutionException e) {
      log.debug("the server stops; order {} waits", waiting.id());
      claiming.remove(session);
      return false;
    }
  }

  /** If the agent has gone to another node, that one will send it. */
  private Optional<Order> tryToPush(AgentSession session, OrderBook.Waiting waiting) {
    try {
      return claims.holds(session) ? tryClaim(waiting) : Optional.empty();
    } catch (StorageException e) {
      log.warn("order {} cannot be claimed yet: {}", waiting.id(), e.getMessage());
      return Optional.empty();
    }
  }

  private Optional<Order> tryClaim(OrderBook.Waiting waiting) {
    try {
      Optional<Order> order = store.find(waiting.agent(), waiting.id()).filter(Order::isPending);
      if (order.isEmpty()) {
        book.remove(waiting);
        return Optional.empty();
      }
      if (order.get().isOver(clock.instant())) {
        return Optional.empty();
      }
      Order claimed = store.replace(order.get().become(Order.State.SENT, clock.instant()));
      book.remove(waiting);
      return Optional.of(claimed);
    } catch (VersionConflictException e) {
      log.debug("order {} went to somebody else", waiting.id());
      book.remove(waiting);
    } catch (StorageException e) {
      log.warn("order {} cannot be claimed yet: {}", waiting.id(), e.getMessage());
    } catch (RuntimeException e) {
      log.error("order {} cannot be claimed", waiting.id(), e);
    }
    return Optional.empty();
  }
}
