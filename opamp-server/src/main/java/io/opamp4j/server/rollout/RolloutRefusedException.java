package io.opamp4j.server.rollout;

import io.opamp4j.server.fleet.ConfigurationRollout;

/** A rollout cannot be started or steered as things are. */
public final class RolloutRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Nobody can say here whom it concerns. */
  static RolloutRefusedException unknown(ConfigurationRollout rollout) {
    return new RolloutRefusedException(
        "the rollout of %s to version %d is not about what agents get, as far as this node knows"
            .formatted(rollout.configuration(), rollout.to()));
  }

  RolloutRefusedException(String message) {
    super(message, null, false, false);
  }
}
