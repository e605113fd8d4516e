package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.InstanceUid;

/**
 * What a rollout needs to know of one agent.
 *
 * @param uid the agent
 * @param stage the index of the first stage of the plan that wants it, or of the last stage
 * @param connected whether it is there
 * @param compatible whether it has all that the new version needs
 * @param reported what it says about the new version
 * @param healthy whether it reports itself healthy, or nothing about its health
 * @param error what it says is wrong; empty if nothing is
 */
public record AgentView(
    InstanceUid uid,
    int stage,
    boolean connected,
    boolean compatible,
    Reported reported,
    boolean healthy,
    String error) {
  public AgentView {
    requireNonNull(uid, "uid");
    requireNonNull(reported, "reported");
    requireNonNull(error, "error");
    if (stage < 0) {
      throw new IllegalArgumentException("there is no stage " + stage);
    }
  }

  /** Whether a step would give it the version: it is there, fits, and has no result yet. */
  boolean isDue() {
    return connected && compatible && reported == Reported.OTHER;
  }
}
