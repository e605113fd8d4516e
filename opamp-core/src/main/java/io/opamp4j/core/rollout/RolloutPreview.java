package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.InstanceUid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a rollout would do if it were started with these agents and all went well.
 *
 * @param steps who gets the version, in order
 * @param incompatible would be left alone because they do not fit the version
 * @param alreadyThere have the version
 * @param disconnected would be passed over and get the version when they come back
 * @param quarantined have reported FAILED for the version and would not be offered it
 * @param earliest how long it takes if every agent answers at once and no stage waits for the
 *     operator
 */
public record RolloutPreview(
    List<PlannedStep> steps,
    List<InstanceUid> incompatible,
    List<InstanceUid> alreadyThere,
    List<InstanceUid> disconnected,
    List<InstanceUid> quarantined,
    Duration earliest) {

  public RolloutPreview {
    steps = List.copyOf(steps);
    incompatible = List.copyOf(incompatible);
    alreadyThere = List.copyOf(alreadyThere);
    disconnected = List.copyOf(disconnected);
    quarantined = List.copyOf(quarantined);
    requireNonNull(earliest, "earliest");
  }

  /**
   * One step.
   *
   * @param stage the name of its stage
   * @param agents who gets the version, in order; never empty
   */
  public record PlannedStep(String stage, List<InstanceUid> agents) {
    public PlannedStep {
      requireNonNull(stage, "stage");
      agents = List.copyOf(agents);
    }
  }

  /**
   * Looks ahead. Every agent is in exactly one of the lists.
   *
   * @param salt of the order; the rollout must be started with the same one
   */
  public static RolloutPreview of(RolloutPlan plan, long salt, Collection<AgentView> agents) {
    Roster roster = Roster.empty(salt, plan.stages().size());
    for (AgentView agent : agents) {
      roster = roster.with(roster.member(agent, Watch.IDLE));
    }
    List<PlannedStep> steps = new ArrayList<>();
    Duration earliest = Duration.ZERO;
    for (int i = 0; i < plan.stages().size(); i++) {
      int before = steps.size();
      addSteps(steps, plan.stages().get(i), roster.line(i));
      earliest = earliest.plus(time(plan, plan.stages().get(i), steps.size() - before));
    }
    Predicate<AgentView> fits = AgentView::compatible;
    return new RolloutPreview(
        steps,
        uids(roster, fits.negate()),
        uids(roster, fits.and(view -> view.reported() == Reported.APPLIED)),
        uids(roster, fits.and(view -> view.reported() == Reported.OTHER && !view.connected())),
        uids(roster, fits.and(view -> view.reported() == Reported.FAILED)),
        earliest);
  }

  private static void addSteps(List<PlannedStep> steps, Stage stage, Line line) {
    List<InstanceUid> due = new ArrayList<>();
    line.visit(Front.NOBODY, Tally::turns, member -> due.add(member.uid()));
    int from = 0;
    for (int step = 0; from < due.size(); step++) {
      int to = (int) Math.min(due.size(), (long) from + stage.pacing().size(step));
      steps.add(new PlannedStep(stage.name(), due.subList(from, to)));
      from = to;
    }
  }

  private static Duration time(RolloutPlan plan, Stage stage, int steps) {
    if (steps == 0) {
      return Duration.ZERO;
    }
    Duration interval = stage.pacing().interval();
    Duration gate = plan.healthGate();
    Duration each = interval.compareTo(gate) > 0 ? interval : gate;
    return each.multipliedBy(steps - 1L).plus(gate);
  }

  private static List<InstanceUid> uids(Roster roster, Predicate<AgentView> of) {
    return roster.select(Tally::agents).stream()
        .filter(member -> of.test(member.view()))
        .map(Member::uid)
        .toList();
  }
}
