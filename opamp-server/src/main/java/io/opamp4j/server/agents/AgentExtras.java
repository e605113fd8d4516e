package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentState;
import io.opamp4j.core.server.Extras;
import io.opamp4j.core.server.OneShot;
import io.opamp4j.core.server.Step;
import io.opamp4j.proto.AgentToServer;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes on with an agent beside its report and its target: orders, custom messages, component
 * catalogues. Every method is called in the agent's mailbox, and none blocks.
 */
final class AgentExtras {
  private static final Logger log = LoggerFactory.getLogger(AgentExtras.class);

  private final Catalogues catalogues;
  private final OrderClaims claims;
  private final OrderUpkeep orders;
  private final CustomMessages customMessages;
  private final NoteBook notes;
  private final NoteUpkeep noteUpkeep;

  @Inject
  AgentExtras(
      Catalogues catalogues,
      OrderClaims claims,
      OrderUpkeep orders,
      CustomMessages customMessages,
      NoteBook notes,
      NoteUpkeep noteUpkeep) {
    this.catalogues = catalogues;
    this.claims = claims;
    this.orders = orders;
    this.customMessages = customMessages;
    this.notes = notes;
    this.noteUpkeep = noteUpkeep;
  }

  /**
   * Holds a message back while an order that could go with its answer is claimed. Over a socket
   * nothing needs to be held back.
   *
   * @param go takes the message up again, with the order if it could be claimed
   * @return whether it is held back
   */
  boolean holdsBack(
      AgentSession session,
      Connection connection,
      AgentToServer message,
      Consumer<Optional<Order>> go) {
    return connection.transport() == Connection.Transport.HTTP
        && claims.claimFor(session, message, go);
  }

  /** What else the answer to this message may carry. */
  Extras extras(
      AgentSession session,
      Connection connection,
      AgentToServer message,
      Optional<Order> order,
      Instant at) {
    notes.applyTo(session);
    catalogues.learn(message.getAvailableComponents());
    if (!session.now().state().link().up()) {
      // What waits was for the agent as it was connected before.
      session.outbox().clear();
    }
    boolean overHttp = connection.transport() == Connection.Transport.HTTP;
    return new Extras(
        hash -> catalogues.asksNow(hash, at),
        order.map(Order::what).or(() -> overHttp ? session.outbox().poll() : Optional.empty()));
  }

  /**
   * The message led to this step, which the session has taken over.
   *
   * @param before the agent as it was before the message
   * @param deliver looks whether there is something to push
   */
  void answered(
      AgentSession session,
      AgentState before,
      AgentToServer message,
      Extras extras,
      Optional<Order> order,
      Step step,
      Runnable deliver) {
    order.ifPresent(claimed -> claims.answered(claimed, step));
    if (order.isEmpty()) {
      extras
          .oneShot()
          .filter(reply -> !isIn(step, reply) && isAnnounced(step.state(), reply))
          .ifPresent(session.outbox()::giveBack);
    }
    // A repeated message is answered again, but was acted on before (RETRY-04).
    if (message.hasCustomMessage() && !before.sync().repeats(message)) {
      customMessages.received(session, message.getCustomMessage(), deliver);
    }
  }

  /** A claimed order was to go with an answer that the server failed to make. */
  void failed(Order order) {
    claims.failed(order);
  }

  /**
   * Pushes what waits, if the agent can be spoken to.
   *
   * @param send tells whether it was sent; may be called later, in the mailbox
   */
  void push(AgentSession session, Predicate<OneShot> send) {
    AgentState agent = session.now().state();
    if (!agent.link().up()) {
      session.outbox().clear();
    } else if (!agent.link().halfDuplex()) {
      for (Optional<OneShot> next = session.outbox().poll();
          next.isPresent();
          next = session.outbox().poll()) {
        if (!send.test(next.get())) {
          log.debug("agent {} does not take a {}", agent.uid(), next.get().what());
        }
      }
      claims.push(session, send);
    }
  }

  /** The agent goes by another uid (D4). */
  void renamed(InstanceUid old, InstanceUid fresh) {
    orders.renamed(old, fresh);
    noteUpkeep.renamed(old, fresh);
  }

  /** The agent is forgotten. */
  void forgotten(InstanceUid agent, Instant now) {
    orders.forgotten(agent, now);
    noteUpkeep.forgotten(agent);
  }

  private static boolean isAnnounced(AgentState agent, OneShot oneShot) {
    return oneShot
        .capability()
        .filter(agent.report().getCustomCapabilities().getCapabilitiesList()::contains)
        .isPresent();
  }

  private static boolean isIn(Step step, OneShot oneShot) {
    return oneShot instanceof OneShot.Custom custom
        && step.reply()
            .filter(reply -> reply.hasCustomMessage())
            .map(reply -> reply.getCustomMessage().equals(custom.message()))
            .orElse(false);
  }
}
