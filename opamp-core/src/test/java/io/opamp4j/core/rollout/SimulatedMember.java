package io.opamp4j.core.rollout;

import java.time.Duration;
import java.time.Instant;

/** What is so about one agent, as opposed to what the machine believes. */
final class SimulatedMember {
  /** What the server sees. */
  AgentView view;

  /** Whether the version works here. */
  boolean good;

  boolean silent;
  boolean answering;

  /** The operator has said so, and it has not answered yet. */
  boolean mayRetry;

  boolean everOffered;
  boolean saidApplied;

  /** It has not been there since the server started or the failed were retried. */
  boolean forgotten;

  private boolean proved;
  private Instant wellSince = Instant.MAX;

  SimulatedMember(AgentView view) {
    this.view = view;
  }

  void set(AgentView other, Instant now, Duration gate) {
    proved = hasProved(now, gate) && other.reported() == Reported.APPLIED;
    boolean well = other.connected() && other.healthy() && other.reported() == Reported.APPLIED;
    if (!well) {
      wellSince = Instant.MAX;
    } else if (wellSince.equals(Instant.MAX)) {
      wellSince = now;
    }
    if (other.reported() != Reported.FAILED) {
      mayRetry = false;
    }
    forgotten &= !other.connected();
    saidApplied |= other.reported() == Reported.APPLIED;
    view = other;
  }

  /** Whether it has applied the version and stayed well for as long as the gate. */
  boolean hasProved(Instant now, Duration gate) {
    return proved || !wellSince.isAfter(now.minus(gate));
  }
}
