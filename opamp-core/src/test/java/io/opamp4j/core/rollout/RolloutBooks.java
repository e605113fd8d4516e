package io.opamp4j.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.InstanceUid;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The world's own account of a rollout, against which every step is checked. */
final class RolloutBooks {
  private final String name;
  private final RolloutPlan plan;
  private final Map<InstanceUid, SimulatedMember> agents;

  /** Who was given the version by the running step. */
  private List<InstanceUid> lastGiven = List.of();

  /**
   * @param agents all there are; shared with the world
   */
  RolloutBooks(String name, RolloutPlan plan, Map<InstanceUid, SimulatedMember> agents) {
    this.name = name;
    this.plan = plan;
    this.agents = agents;
  }

  /**
   * A step was made.
   *
   * @param about the agent whose news it was, if it was one's
   */
  void check(Rollout old, RolloutStep step, Optional<InstanceUid> about, Instant now) {
    RolloutState before = old.state();
    RolloutState after = step.state();
    boolean stays = !after.phase().isBackward();
    List<InstanceUid> given = new ArrayList<>();
    Set<InstanceUid> retarget = new HashSet<>(step.retarget());
    for (SimulatedMember agent : agents.values()) {
      AgentView view = agent.view;
      InstanceUid uid = view.uid();
      if (about.isPresent() && about.get().equals(uid)) {
        continue;
      }
      boolean was = before.isReleased(uid, view.stage());
      boolean is = after.isReleased(uid, view.stage());
      assertThat(stays && was && !is).as("%s: %s taken back", name, uid).isFalse();
      if (!was && is && view.isDue()) {
        given.add(uid);
      }
      if (view.connected()
          && before.versionFor(uid, view.stage(), view.reported())
              != after.versionFor(uid, view.stage(), view.reported())) {
        assertThat(retarget).as("%s: told of %s", name, view).contains(uid);
      }
    }
    about.ifPresent(uid -> checkKept(old, after, uid));
    assertThat(given)
        .as("%s: a step's size", name)
        .hasSizeLessThanOrEqualTo(allowed(before, after));
    if (after.front().stepAt().equals(now) && tookStep(before, after)) {
      checkStepWasDue(before, after, about, now);
      lastGiven = given;
    }
    checkErrors(after, now);
  }

  private void checkKept(Rollout before, RolloutState after, InstanceUid uid) {
    Optional<Member> old = before.roster().find(uid);
    SimulatedMember agent = agents.get(uid);
    if (old.isPresent() && agent != null && !after.phase().isBackward()) {
      boolean was = before.state().isReleased(uid, old.get().view().stage());
      boolean is = after.isReleased(uid, agent.view.stage());
      assertThat(was && !is).as("%s: %s moved and was taken back", name, uid).isFalse();
    }
  }

  private static boolean tookStep(RolloutState before, RolloutState after) {
    return !after.phase().isBackward()
        && after.front().steps() > 0
        && (after.front().steps() != before.front().steps()
            || after.front().stage() != before.front().stage());
  }

  private static int allowed(RolloutState before, RolloutState after) {
    Pacing pacing = after.stage().pacing();
    boolean same = before.front().stage() == after.front().stage();
    int sum = 0;
    for (int i = same ? before.front().steps() : 0; i < after.front().steps(); i++) {
      sum += Math.min(pacing.size(i), 1000);
    }
    return sum;
  }

  private void checkStepWasDue(
      RolloutState before, RolloutState after, Optional<InstanceUid> about, Instant now) {
    Front old = before.front();
    if (old.stage() != after.front().stage() || old.steps() == 0) {
      return;
    }
    assertThat(after.front().stepAt())
        .as("%s: the pause between steps", name)
        .isAfterOrEqualTo(old.stepAt().plus(after.stage().pacing().interval()));
    for (InstanceUid uid : lastGiven) {
      SimulatedMember agent = agents.get(uid);
      // Those that left, do not fit any more, moved, or are the news itself hold up nobody.
      if (agent == null
          || about.equals(Optional.of(uid))
          || !agent.view.compatible()
          || agent.forgotten
          || agent.view.stage() != old.stage()
          || after.faults().failures().containsKey(uid)) {
        continue;
      }
      assertThat(agent.hasProved(now, plan.healthGate()))
          .as("%s: %s went before %s was well", name, after.front(), agent.view)
          .isTrue();
    }
  }

  private void checkErrors(RolloutState after, Instant now) {
    Faults faults = after.faults();
    boolean tooMany =
        plan.errorLimit().isReachedBy(faults.errors() - faults.forgiven(), after.front().given());
    if (tooMany) {
      assertThat(after.phase())
          .as("%s: goes on with %s", name, faults)
          .isNotIn(RolloutPhase.RUNNING, RolloutPhase.WAITING);
    }
    if (after.phase() == RolloutPhase.PAUSED
        && after.standing().since().equals(now)
        && after.standing().reason().contains("limit")) {
      assertThat(tooMany).as("%s: paused for nothing", name).isTrue();
    }
    faults
        .failures()
        .forEach(
            (uid, failure) -> {
              SimulatedMember agent = agents.get(uid);
              if (agent != null && failure.kind() == Failure.Kind.NO_RESULT) {
                // After a restart nobody knows whether it had the version before its turn.
                assertThat(agent.everOffered || agent.saidApplied)
                    .as("%s: %s %s", name, uid, failure)
                    .isTrue();
              }
            });
    if (after.phase() == RolloutPhase.RUNNING) {
      for (SimulatedMember agent : agents.values()) {
        AgentView view = agent.view;
        if (view.connected()
            && view.compatible()
            && view.reported() == Reported.FAILED
            && after.isReleased(view.uid(), view.stage())
            && !agent.mayRetry) {
          assertThat(faults.failures()).as("%s: %s", name, view).containsKey(view.uid());
        }
      }
    }
  }
}
