package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

/**
 * How far one stage is, in numbers of agents.
 *
 * @param stage its name
 * @param agents all that belong to it
 * @param released had their turn
 * @param unsettled had their turn and have not come to a result yet, or are missed
 * @param settled have the version
 * @param failed count as failed
 * @param disconnected are not there
 * @param incompatible do not fit the version
 */
public record StageProgress(
    String stage,
    int agents,
    int released,
    int unsettled,
    int settled,
    int failed,
    int disconnected,
    int incompatible) {
  public StageProgress {
    requireNonNull(stage, "stage");
  }

  static StageProgress of(String stage, Tally all, Tally released) {
    return new StageProgress(
        stage,
        all.agents(),
        released.agents(),
        released.unsettled(),
        all.settled(),
        all.failed(),
        all.agents() - all.connected(),
        all.incompatible());
  }
}
