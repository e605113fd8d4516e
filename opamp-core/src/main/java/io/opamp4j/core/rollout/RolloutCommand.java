package io.opamp4j.core.rollout;

import static io.opamp4j.core.rollout.RolloutPhase.CANCELLED;
import static io.opamp4j.core.rollout.RolloutPhase.DONE;
import static io.opamp4j.core.rollout.RolloutPhase.PAUSED;
import static io.opamp4j.core.rollout.RolloutPhase.RUNNING;
import static io.opamp4j.core.rollout.RolloutPhase.WAITING;

import java.util.Set;

/** What an operator can tell a rollout to do. */
public enum RolloutCommand {
  /** Take no more steps for now. */
  PAUSE(RUNNING, WAITING),
  /** Go on, and put up with the errors so far. */
  RESUME(PAUSED),
  /** Begin the next stage. */
  CONTINUE(WAITING),
  /** Offer the version once more to the agents that failed. */
  RETRY_FAILED(RUNNING, WAITING, PAUSED, CANCELLED, DONE),
  /** Stop for good, where it is. */
  CANCEL(RUNNING, WAITING, PAUSED),
  /** Return every agent to the old version. */
  ROLL_BACK(RUNNING, WAITING, PAUSED, CANCELLED, DONE);

  private final Set<RolloutPhase> phases;

  RolloutCommand(RolloutPhase... phases) {
    this.phases = Set.of(phases);
  }

  /** Whether it makes sense now. */
  public boolean isAllowedIn(RolloutPhase phase) {
    return phases.contains(phase);
  }
}
