package io.opamp4j.server.rollout;

/** A rollout cannot be started as things are. */
public final class RolloutRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  RolloutRefusedException(String message) {
    super(message, null, false, false);
  }
}
