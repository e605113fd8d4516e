package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.AgentMachine;
import io.opamp4j.proto.ServerToAgent;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Tells agents that use another agent's uid to use one of their own (DUP-05). The other agent's
 * state is not looked at. Thread-safe.
 */
final class NewUids {
  private final AgentMachine machine;
  private final Sessions sessions;
  private final AgentEvents events;
  private final InstantSource clock;

  @Inject
  NewUids(AgentMachine machine, Sessions sessions, AgentEvents events, InstantSource clock) {
    this.machine = machine;
    this.sessions = sessions;
    this.events = events;
    this.clock = clock;
  }

  /**
   * What the connection of this message was told to use instead of its uid, as long as nobody uses
   * that.
   *
   * @param patiently only as long as the agent may be expected to take it
   */
  Optional<InstanceUid> toldBefore(Incoming in, boolean patiently) {
    return in.connection() instanceof Carrier carrier
        ? carrier.told(uidOf(in), patiently).filter(fresh -> !isUsed(fresh))
        : Optional.empty();
  }

  /** The agent as which the sender of this message came before it took the uid it was told. */
  Optional<AgentSession> former(Incoming in) {
    return in.connection() instanceof Carrier carrier
        ? carrier.toldTo(uidOf(in)).flatMap(sessions::find)
        : Optional.empty();
  }

  /** Whether an agent goes by this uid. */
  boolean isUsed(InstanceUid uid) {
    return sessions.find(uid).isPresent();
  }

  /**
   * A uid for the sender of this message, which is a second agent. HTTP has no connection that
   * could remember it, so there a second message gets a second uid. That leaves no ghost: a uid
   * that nobody uses has no session.
   */
  InstanceUid make(Incoming in) {
    InstanceUid fresh = machine.freshUid();
    events.publish(
        List.of(
            new AgentEvent.DuplicateUid(
                uidOf(in), clock.instant(), fresh, in.connection().remoteAddress())));
    return fresh;
  }

  /** Nobody on the connection of this message has a right to its uid. */
  void expel(Incoming in, InstanceUid fresh) {
    if (in.connection() instanceof Carrier carrier) {
      carrier.tell(uidOf(in), fresh);
    }
    rename(in, fresh);
  }

  /** Answers with the new uid; over a gateway's socket the old one may still be another agent's. */
  void rename(Incoming in, InstanceUid fresh) {
    boolean leaves = in.message().hasAgentDisconnect();
    in.answer(
        leaves
            ? ServerToAgent.newBuilder().setInstanceUid(in.message().getInstanceUid()).build()
            : machine.renaming(uidOf(in), fresh));
  }

  private static InstanceUid uidOf(Incoming in) {
    return InstanceUid.from(in.message().getInstanceUid()).orElseThrow();
  }
}
