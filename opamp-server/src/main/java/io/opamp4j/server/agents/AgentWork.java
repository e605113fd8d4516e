package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.AgentMachine;
import io.opamp4j.core.server.AgentState;
import io.opamp4j.core.server.Elsewhere;
import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.core.server.Extras;
import io.opamp4j.core.server.OneShot;
import io.opamp4j.core.server.Step;
import io.opamp4j.core.server.Target;
import io.opamp4j.core.wire.CloseCode;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.FleetView;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done for one agent: asks the {@link AgentMachine}, keeps the result, notes what storage
 * must get, sends, tells the listeners. Every method runs in the mailbox of the session it is
 * given, so no two of them overlap for one agent.
 */
final class AgentWork {
  private static final Logger log = LoggerFactory.getLogger(AgentWork.class);

  private final AgentMachine machine;
  private final Targets targets;
  private final Sessions sessions;
  private final SilenceWatch silence;
  private final RecordWriter writer;
  private final AgentEvents events;
  private final AgentExtras beside;
  private final Claims claims;
  private final InstantSource clock;

  @Inject
  AgentWork(
      AgentMachine machine,
      Targets targets,
      Sessions sessions,
      SilenceWatch silence,
      RecordWriter writer,
      AgentEvents events,
      AgentExtras beside,
      Claims claims,
      InstantSource clock) {
    this.machine = machine;
    this.targets = targets;
    this.sessions = sessions;
    this.silence = silence;
    this.writer = writer;
    this.events = events;
    this.beside = beside;
    this.claims = claims;
    this.clock = clock;
  }

  /** A message of this agent came in, on its present connection or on one that replaces it. */
  void receive(AgentSession session, Incoming in) {
    if (beside.holdsBack(
        session,
        in.connection(),
        in.message(),
        order -> in.attend(() -> receive(session, in, order)))) {
      in.postpone();
    } else {
      receive(session, in, Optional.empty());
    }
  }

  private void receive(AgentSession session, Incoming in, Optional<Order> order) {
    Connection connection = in.connection();
    AgentToServer message = sessions.share(in.message());
    Instant at = in.at();
    takeNewUid(session, message);
    AgentSession.Now before = session.now();
    boolean overHttp = connection.transport() == Connection.Transport.HTTP;
    boolean newConnection = overHttp ? !pollsHere(before) : !session.isOn(connection);
    FleetView view = targets.current();
    Extras extras = beside.extras(session, connection, message, order, at);
    Step step;
    try {
      step =
          machine.received(
              before.state(),
              message,
              new AgentMachine.Arrival(newConnection, overHttp, at),
              report -> targets.of(session, view, report),
              extras);
    } catch (RuntimeException e) {
      order.ifPresent(beside::failed);
      log.error("A message of agent {} could not be processed", before.state().uid(), e);
      in.answer(
          ErrorResponses.unknown(message.getInstanceUid(), "the server failed on this message"));
      return;
    }
    before.connection().filter(old -> !old.equals(connection)).ifPresent(old -> drop(session, old));
    session.become(
        new AgentSession.Now(
            step.state(),
            step.state().link().up() ? Optional.of(connection) : Optional.empty(),
            before.firstSeen(),
            at,
            statusSince(before, step, at),
            newConnection ? Duration.ZERO : Duration.between(before.lastSeen(), at),
            claims.claimed(before.ownership())));
    if (step.state().link().up()) {
      silence.heard(session, connection, at);
    } else {
      silence.forget(step.state().uid());
    }
    attach(session, connection);
    finish(session, before, step, in::answer);
    beside.answered(
        session,
        before.state(),
        message,
        extras,
        order,
        step,
        () -> session.mailbox().post(() -> deliver(session)));
    deliver(session);
  }

  /** Something may wait for the agent that can be pushed. */
  void deliver(AgentSession session) {
    boolean isElsewhere = session.now().connection().isEmpty() && session.now().state().link().up();
    if (!isElsewhere) {
      beside.push(session, oneShot -> push(session, oneShot));
    }
  }

  private boolean push(AgentSession session, OneShot oneShot) {
    Optional<Connection> connection = session.now().connection().filter(c -> !isGone(c));
    if (connection.isEmpty()) {
      return false;
    }
    AgentSession.Now before = session.now();
    Step step = machine.pushed(before.state(), oneShot, clock.instant());
    become(session, step);
    finish(session, before, step, connection.get()::send);
    return step.reply().isPresent();
  }

  /** The news of its end may still be on the way to this mailbox. */
  private static boolean isGone(Connection connection) {
    return connection instanceof Carrier carrier && carrier.ended().isPresent();
  }

  /** The fleet has changed. */
  void retarget(AgentSession session, FleetView view) {
    if (view != targets.current()) {
      // A newer view is on its way to this mailbox.
      return;
    }
    AgentSession.Now before = session.now();
    Optional<Connection> connection = before.connection();
    AgentState agent = before.state();
    Target target = targets.of(session, view, agent.report());
    Step step =
        connection.isPresent()
            ? machine.retargeted(agent, target, clock.instant())
            : Elsewhere.told(agent, agent, target, clock.instant());
    become(session, step);
    finish(session, before, step, reply -> connection.ifPresent(c -> c.push(reply)));
  }

  /** Operators say this of the agent. */
  void note(AgentSession session, AgentNote note) {
    if (session.take(note)) {
      writer.changed(session);
      retarget(session, targets.current());
    }
  }

  /** The agent's WebSocket ended. */
  void disconnect(AgentSession session, Connection connection, String reason) {
    // It may have come back on another connection before this end was noticed.
    if (session.isOn(connection)) {
      end(session, machine.disconnected(session.now().state(), reason, clock.instant()));
    }
  }

  /** The agent's deadline has passed; it may have been heard since. */
  void expire(AgentSession session) {
    Optional<Connection> connection = session.now().connection();
    Instant at = clock.instant();
    if (connection.isEmpty() || !silence.isOverdue(session, connection.get(), at)) {
      return;
    }
    String reason = silence.reason(session, at);
    end(session, machine.timedOut(session.now().state(), reason, at));
    if (connection.get() instanceof Carrier carrier && carrier.carried().isEmpty()) {
      carrier.close(CloseCode.GOING_AWAY, reason);
    }
  }

  /** The agent may be forgotten if it is disconnected and was last seen before this time. */
  void forget(AgentSession session, Instant limit) {
    AgentSession.Now now = session.now();
    boolean old = !now.state().link().up() && now.lastSeen().isBefore(limit);
    if (old && claims.leads() && sessions.remove(now.state().uid(), session)) {
      writer.removed(now.state().uid());
      beside.forgotten(now.state().uid(), clock.instant());
    }
  }

  private static boolean pollsHere(AgentSession.Now now) {
    return now.connection().isPresent()
        && now.state().link().up()
        && now.state().link().halfDuplex();
  }

  private void takeNewUid(AgentSession session, AgentToServer message) {
    AgentSession.Now now = session.now();
    InstanceUid used = InstanceUid.from(message.getInstanceUid()).orElse(now.state().uid());
    if (used.equals(now.state().uid())) {
      return;
    }
    writer.removed(now.state().uid());
    beside.renamed(now.state().uid(), used);
    silence.forget(now.state().uid());
    session.become(
        new AgentSession.Now(
            now.state().renamed(used),
            now.connection(),
            now.firstSeen(),
            now.lastSeen(),
            now.statusSince(),
            now.seenInterval(),
            now.ownership()));
    writer.changed(session);
  }

  private void end(AgentSession session, Step step) {
    silence.forget(step.state().uid());
    AgentSession.Now before = session.now();
    before.connection().ifPresent(connection -> drop(session, connection));
    become(session, step);
    finish(session, before, step, reply -> {});
  }

  /**
   * Puts the agent where its state says it is. The end of a WebSocket is noticed on another thread,
   * perhaps before the agent was put there.
   */
  private void attach(AgentSession session, Connection connection) {
    if (connection instanceof Carrier carrier) {
      if (!session.isOn(carrier)) {
        carrier.drop(session);
      } else if (!carrier.carry(session)) {
        session.mailbox().post(() -> disconnect(session, carrier, carrier.ended().orElseThrow()));
      }
    }
  }

  private static void drop(AgentSession session, Connection connection) {
    if (connection instanceof Carrier carrier) {
      carrier.drop(session);
    }
  }

  private void become(AgentSession session, Step step) {
    AgentSession.Now before = session.now();
    session.become(
        new AgentSession.Now(
            step.state(),
            step.state().link().up() ? before.connection() : Optional.empty(),
            before.firstSeen(),
            before.lastSeen(),
            statusSince(before, step, clock.instant()),
            before.seenInterval(),
            before.ownership()));
  }

  private static Instant statusSince(AgentSession.Now before, Step step, Instant at) {
    boolean changed =
        step.events().stream()
            .anyMatch(
                event ->
                    event instanceof AgentEvent.StatusChanged status
                        && status.from().state() != status.to().state());
    return changed ? at : before.statusSince();
  }

  private void finish(
      AgentSession session, AgentSession.Now before, Step step, Consumer<ServerToAgent> out) {
    step.state().reassigned().ifPresent(fresh -> sessions.expectRename(step.state().uid(), fresh));
    if (step.durable() || claims.isNews(before, step.state())) {
      writer.changed(session);
    }
    step.reply().ifPresent(out);
    events.publish(step.events());
  }
}
