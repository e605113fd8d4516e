package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * Something an operator may want to know of.
 *
 * @param at when
 * @param kind what
 * @param text in plain words, with the reason; never empty
 */
public record RolloutEvent(Instant at, Kind kind, String text) {
  public RolloutEvent {
    requireNonNull(at, "at");
    requireNonNull(kind, "kind");
    requireNonNull(text, "text");
  }

  /** What can happen. */
  public enum Kind {
    /** It began. */
    STARTED,
    /** A step released agents, or returned them. */
    STEP,
    /** An agent counts as failed. */
    AGENT_FAILED,
    /** A stage is complete, and the operator is waited for. */
    WAITING,
    /** The next stage begins. */
    CONTINUED,
    /** It stopped for now. */
    PAUSED,
    /** It goes on. */
    RESUMED,
    /** The failed get another chance. */
    RETRIED,
    /** It stopped for good. */
    CANCELLED,
    /** It is complete. */
    DONE,
    /** The way back began. */
    ROLLING_BACK,
    /** The way back ended. */
    ROLLED_BACK
  }
}
