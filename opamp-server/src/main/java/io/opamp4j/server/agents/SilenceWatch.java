package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.timing.HeartbeatMonitor;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Knows by when each connected agent must be heard again. Thread-safe; hearing one costs a map
 * write.
 */
final class SilenceWatch {
  private final Liveness liveness;
  private final HeartbeatMonitor<InstanceUid> deadlines = new HeartbeatMonitor<>();

  @Inject
  SilenceWatch(Liveness liveness) {
    this.liveness = liveness;
  }

  /** A message or pong of this agent came in. */
  void heard(AgentSession session, Connection connection, Instant at) {
    session.heard(at);
    deadlines.touched(session.now().state().uid(), deadline(session, connection));
  }

  /** The agent is not connected, so nothing is expected of it. */
  void forget(InstanceUid uid) {
    deadlines.forget(uid);
  }

  /** The agents whose deadline has passed; each is told once. One thread at a time. */
  List<InstanceUid> overdue(Instant now) {
    return deadlines.overdue(now);
  }

  /** Whether the agent is still silent beyond its deadline, now that its turn has come. */
  boolean isOverdue(AgentSession session, Connection connection, Instant now) {
    return !now.isBefore(deadline(session, connection));
  }

  /** Why an overdue agent is given up, in plain words. */
  String reason(AgentSession session, Instant now) {
    AgentSession.Now agent = session.now();
    boolean alive = agent.lastSeen().isBefore(session.lastContact());
    return alive && HeartbeatOffer.taken(agent.state()).isPresent()
        ? "no heartbeat came for "
            + Duration.between(agent.lastSeen(), now).toSeconds()
            + " s, though its socket answers"
        : "nothing was heard for "
            + Duration.between(session.lastContact(), now).toSeconds()
            + " s";
  }

  private Instant deadline(AgentSession session, Connection connection) {
    AgentSession.Now now = session.now();
    return liveness.deadline(
        connection.transport(),
        now.state(),
        now.seenInterval(),
        now.lastSeen(),
        session.lastContact());
  }
}
