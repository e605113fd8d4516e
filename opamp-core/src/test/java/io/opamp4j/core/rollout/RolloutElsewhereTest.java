package io.opamp4j.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several nodes have to do with one rollout: one follows it, others command or only look. */
class RolloutElsewhereTest {

  @Test
  void aCommandFromElsewhereBeginsNoDeadlineAnew() {
    Drill drill = Drill.with(5).start(RolloutPlan.all().with(Duration.ZERO, Drill.DEADLINE));
    drill.applied(0, 1, 2, 3).after(Drill.DEADLINE.minusSeconds(10));

    RolloutStep step = RolloutMachine.adopted(drill.rollout, pausedElsewhere(drill), drill.now);
    assertThat(step.state().phase()).isEqualTo(RolloutPhase.PAUSED);
    assertThat(step.durable()).as("it is kept already").isFalse();
    RolloutStep late = RolloutMachine.tick(step.rollout(), drill.now.plusSeconds(10));

    assertThat(late.state().faults().failures().values())
        .extracting(Failure::kind)
        .containsExactly(Failure.Kind.NO_RESULT);
  }

  @Test
  void norAGate() {
    Drill drill = Drill.with(2).start(RolloutPlan.all().with(Drill.GATE, Drill.DEADLINE));
    drill.applied(0, 1).after(Drill.GATE.minusSeconds(1));
    Rollout resumed =
        RolloutMachine.resume(elsewhere(drill, pausedElsewhere(drill)).rollout(), "bob", drill.now)
            .rollout();

    RolloutStep step = RolloutMachine.adopted(drill.rollout, resumed.state(), drill.now);
    assertThat(step.state().phase()).isEqualTo(RolloutPhase.RUNNING);
    Instant gateEnds = drill.now.plusSeconds(1);

    assertThat(RolloutMachine.tick(step.rollout(), gateEnds).state().phase())
        .isEqualTo(RolloutPhase.DONE);
    assertThat(RolloutMachine.tick(elsewhere(drill, resumed.state()).rollout(), gateEnds).state())
        .as("who did not see them begin waits for longer")
        .isEqualTo(resumed.state());
  }

  @Test
  void whoWasReleasedElsewhereIsWaitedForFromNowOn() {
    Drill drill = Drill.with(2).inStages(0, 1).start(Drill.stages("canary"));
    drill.applied(0);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.WAITING);
    RolloutState continued =
        RolloutMachine.continueStage(
                elsewhere(drill, drill.rollout.state()).rollout(), "b", drill.now)
            .state();

    RolloutStep step = RolloutMachine.adopted(drill.rollout, continued, drill.now);

    assertThat(step.rollout().awaited()).containsExactly(drill.agents.get(1).uid());
    assertThat(step.retarget()).containsExactly(drill.agents.get(1).uid());
    assertThat(RolloutMachine.tick(step.rollout(), drill.now.plus(Drill.DEADLINE)).state().faults())
        .satisfies(faults -> assertThat(faults.errors()).isEqualTo(1));
  }

  @Test
  void anotherRolloutIsNotTakenForThisOne() {
    Drill drill = Drill.with(1).start(RolloutPlan.all());
    RolloutState other =
        RolloutMachine.start(RolloutPlan.all(), Drill.TARGET, 7, List.of(), "b", drill.now).state();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RolloutMachine.adopted(drill.rollout, other, drill.now));
  }

  @Test
  void lookingDecidesNothingHoweverLateItIs() {
    Drill drill = Drill.with(3).start(Drill.oneByOne());
    drill.agents.set(0, Views.reporting(drill.agents.get(0), Reported.APPLIED));
    drill.agents.set(1, Views.reporting(drill.agents.get(1), Reported.FAILED));
    RolloutState kept = drill.rollout.state();

    Rollout picture =
        RolloutMachine.pictured(kept, drill.agents, drill.now.plus(Drill.DEADLINE.multipliedBy(2)));

    assertThat(picture.state()).isEqualTo(kept);
    StageProgress progress = picture.progress().get(0);
    assertThat(progress.settled()).isEqualTo(1);
    assertThat(progress.released()).isEqualTo(1);
    assertThat(RolloutMachine.restored(kept, drill.agents, drill.now).state())
        .as("who follows it would go on")
        .isNotEqualTo(kept);
  }

  @Test
  void aPictureIsWhatTheFollowerSeesOnceThereIsNothingToWaitFor() {
    Drill drill = Drill.with(6).inStages(0, 0, 0, 1, 1, 1);
    drill.there(2, false).fits(1, false).start(Drill.stages("canary"));
    drill.applied(0).after(Drill.DEADLINE);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.WAITING);

    Rollout picture = RolloutMachine.pictured(drill.rollout.state(), drill.agents, drill.now);

    assertThat(picture.progress()).isEqualTo(drill.rollout.progress());
    assertThat(picture.succeeded()).isEqualTo(drill.rollout.succeeded());
    assertThat(picture.incompatible()).isEqualTo(drill.rollout.incompatible());
  }

  /** An agent that was retried after the end is not followed any more when its gate ends. */
  @Test
  void whatIsOverWaitsForNoGate() {
    Drill drill = Drill.with(2);
    drill.start(RolloutPlan.all().with(Drill.GATE, Drill.DEADLINE).with(ErrorLimit.percent(100)));
    drill.applied(0).says(1, Reported.FAILED).after(Drill.GATE);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.DONE);

    drill.retryFailed().says(1, Reported.APPLIED);

    StageProgress progress = drill.rollout.progress().get(0);
    assertThat(progress.settled()).isEqualTo(2);
    assertThat(progress.unsettled()).isZero();
  }

  private static RolloutStep elsewhere(Drill drill, RolloutState kept) {
    return RolloutMachine.restored(kept, drill.agents, drill.now);
  }

  private static RolloutState pausedElsewhere(Drill drill) {
    Rollout there = elsewhere(drill, drill.rollout.state()).rollout();
    return RolloutMachine.pause(there, "bob", "lunch", drill.now).state();
  }
}
