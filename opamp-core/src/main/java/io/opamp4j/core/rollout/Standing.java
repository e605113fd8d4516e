package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * Which phase a rollout is in and why.
 *
 * @param phase the phase
 * @param reason in plain words; never empty
 * @param since when it began
 */
public record Standing(RolloutPhase phase, String reason, Instant since) {
  public Standing {
    requireNonNull(phase, "phase");
    requireNonNull(reason, "reason");
    requireNonNull(since, "since");
  }
}
