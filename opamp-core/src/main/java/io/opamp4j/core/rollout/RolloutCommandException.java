package io.opamp4j.core.rollout;

/** A command came that makes no sense in the phase that the rollout is in. Nothing has changed. */
public final class RolloutCommandException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  private final RolloutCommand command;
  private final RolloutPhase phase;

  RolloutCommandException(RolloutCommand command, RolloutPhase phase) {
    super("a rollout that is " + phase + " does not take " + command);
    this.command = command;
    this.phase = phase;
  }

  /** What was wanted. */
  public RolloutCommand command() {
    return command;
  }

  /** What the rollout is in. */
  public RolloutPhase phase() {
    return phase;
  }
}
