package io.opamp4j.core.rollout;

import java.time.Instant;

/**
 * What a rollout expects of one agent. Kept in memory only; after a restart it is built anew from
 * what the agent reports.
 *
 * @param kind what
 * @param since when the agent was given the version, or went away
 * @param due when the waiting ends by itself; {@link Instant#MAX} if it does not
 */
record Watch(Kind kind, Instant since, Instant due) {
  /** Nothing. */
  static final Watch IDLE = lasting(Kind.IDLE);

  static final Watch SETTLED = lasting(Kind.SETTLED);
  static final Watch FAILED = lasting(Kind.FAILED);

  enum Kind {
    /** It has no turn yet, is away for good, or does not fit. */
    IDLE,
    /** It went away a short while ago and is expected back. */
    MISSED,
    /** It is to apply the version and be healthy. */
    AWAITED,
    /** It has applied the version and is to stay healthy for a while. */
    PROVING,
    /** It has the version. */
    SETTLED,
    /** It counts as failed. */
    FAILED
  }

  static Watch missed(RolloutPlan plan, Instant now) {
    return new Watch(Kind.MISSED, now, now.plus(plan.resultDeadline()));
  }

  static Watch awaited(RolloutPlan plan, Instant now) {
    return new Watch(Kind.AWAITED, now, now.plus(plan.resultDeadline()));
  }

  /** Healthy from now on; proven at once if there is no gate. */
  static Watch proving(RolloutPlan plan, Instant since, Instant now) {
    return plan.healthGate().isZero()
        ? SETTLED
        : new Watch(Kind.PROVING, since, now.plus(plan.healthGate()));
  }

  /**
   * It had applied the version, and now it has not. The time that all of it may take is not begun
   * anew, or one that goes back and forth would hold up the others for ever.
   */
  Watch awaitedAgain(RolloutPlan plan) {
    return new Watch(
        Kind.AWAITED, since, since.plus(plan.resultDeadline()).plus(plan.healthGate()));
  }

  boolean is(Kind other) {
    return kind == other;
  }

  private static Watch lasting(Kind kind) {
    return new Watch(kind, Instant.EPOCH, Instant.MAX);
  }
}
