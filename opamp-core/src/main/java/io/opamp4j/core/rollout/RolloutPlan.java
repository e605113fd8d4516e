package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * How a change is to go.
 *
 * <p>The <em>standard</em> plan has one stage with everybody in it. A <em>progressive</em> plan has
 * ordered stages, each of which waits for the operator before the next begins; the last takes the
 * agents that no other wanted, and a stage without agents is passed over. Every stage begins again
 * with small steps.
 *
 * @param stages in their order; the last takes the agents that no selector of the others matches
 * @param healthGate how long an agent must stay healthy after it has applied the version; may be
 *     zero
 * @param resultDeadline how long an agent that was given the version may take to apply it and be
 *     healthy; also how long one that went away is expected back before it is skipped
 * @param errorLimit how many errors pause it
 * @param rollBack how fast agents are returned to the old version
 */
public record RolloutPlan(
    List<Stage> stages,
    Duration healthGate,
    Duration resultDeadline,
    ErrorLimit errorLimit,
    Pacing rollBack) {
  /** What the stage is called in which the agents are that no other wanted. */
  public static final String REST = "rest";

  private static final int MOST_STAGES = 100;
  private static final Duration HEALTH_GATE = Duration.ofSeconds(30);
  private static final Duration RESULT_DEADLINE = Duration.ofMinutes(5);

  public RolloutPlan {
    stages = List.copyOf(stages);
    Durations.requireUsable(healthGate, "healthGate");
    Durations.requireUsable(resultDeadline, "resultDeadline");
    requireNonNull(errorLimit, "errorLimit");
    requireNonNull(rollBack, "rollBack");
    if (resultDeadline.isZero()) {
      throw new IllegalArgumentException("no agent answers within a deadline of zero");
    }
    if (stages.isEmpty() || stages.size() > MOST_STAGES) {
      throw new IllegalArgumentException(
          "a plan has between 1 and %d stages, not %d".formatted(MOST_STAGES, stages.size()));
    }
    Set<String> names = new HashSet<>();
    for (Stage stage : stages) {
      if (!names.add(stage.name())) {
        throw new IllegalArgumentException("two stages are called '" + stage.name() + "'");
      }
    }
  }

  /** 3 agents, five times as many with every step up to 100, a step every 5 seconds. */
  public static RolloutPlan standard() {
    return paced(Pacing.STANDARD);
  }

  /** Everybody at once. */
  public static RolloutPlan all() {
    return paced(Pacing.ALL);
  }

  /** One stage, at this pace. */
  public static RolloutPlan paced(Pacing pacing) {
    return progressive(List.of(), pacing);
  }

  /**
   * Stage after stage.
   *
   * @param named those with a selector, in their order
   * @param rest the pace of what no stage wanted
   */
  public static RolloutPlan progressive(List<Stage> named, Pacing rest) {
    List<Stage> stages = new ArrayList<>(named);
    stages.add(new Stage(REST, rest));
    return new RolloutPlan(stages, HEALTH_GATE, RESULT_DEADLINE, ErrorLimit.FIRST, Pacing.ALL);
  }

  /** With another health gate and deadline. */
  public RolloutPlan with(Duration gate, Duration deadline) {
    return new RolloutPlan(stages, gate, deadline, errorLimit, rollBack);
  }

  /** With another error limit. */
  public RolloutPlan with(ErrorLimit limit) {
    return new RolloutPlan(stages, healthGate, resultDeadline, limit, rollBack);
  }

  /** With another pace of rolling back. */
  public RolloutPlan rollingBackAt(Pacing pace) {
    return new RolloutPlan(stages, healthGate, resultDeadline, errorLimit, pace);
  }
}
