package io.opamp4j.core.rollout;

/** What a rollout wants an agent to have. */
public enum Version {
  /** The version from before the rollout. */
  OLD,
  /** The version that is being rolled out. */
  NEW,
  /**
   * The version that is being rolled out, but it is not offered, because the agent has reported
   * FAILED for it. The agent is left with what it has until the failed are retried.
   */
  WITHHELD
}
