package io.opamp4j.core.rollout;

import static io.opamp4j.core.rollout.Drill.DEADLINE;
import static io.opamp4j.core.rollout.Drill.GATE;
import static io.opamp4j.core.rollout.Drill.T0;
import static io.opamp4j.core.rollout.Drill.oneByOne;
import static io.opamp4j.core.rollout.Drill.pace;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.InstanceUid;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Agents that fail, vanish, come back, say what is not so, and a server that is started again. */
class RolloutTroubleTest {

  @Test
  void anAgentFailsWhenItBecomesUnhealthyWithinTheGateAndNotAfterIt() {
    Drill drill = Drill.with(2).start(RolloutPlan.paced(pace(2)));
    drill.applied(0, 1).after(GATE.minusMillis(1)).healthy(0, false);
    assertThat(drill.failure(0)).map(Failure::kind).contains(Failure.Kind.UNHEALTHY);
    assertThat(drill.failure(0)).map(Failure::text).get().asString().contains("queue is full");
    assertThat(drill.phase()).isEqualTo(RolloutPhase.PAUSED);
    // No tick came at the end of the gate; it is over all the same.
    drill.now = drill.now.plusMillis(1);
    drill.healthy(1, false);
    assertThat(drill.failure(1)).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "silent, gave no result within 5 min",
    "unhealthy, was not healthy within 5 min: exporter queue is full",
    "vanishes, went away and gave no result within 5 min",
    "appliesAndVanishes, went away and gave no result within 5 min",
  })
  void anAgentFailsWhenItHasNoResultByTheDeadline(String how, String text) {
    Drill drill = Drill.with(2).start(RolloutPlan.paced(pace(1)));
    Duration deadline = DEADLINE;
    switch (how) {
      case "unhealthy" ->
          drill.healthy(0, false).says(0, Reported.APPLIED, "exporter queue is full");
      case "vanishes" -> drill.there(0, false);
      case "appliesAndVanishes" -> {
        drill.applied(0).there(0, false);
        deadline = DEADLINE.plus(GATE);
      }
      default -> {}
    }
    drill.after(deadline.minusMillis(1));
    assertThat(drill.phase()).isEqualTo(RolloutPhase.RUNNING);
    assertThat(drill.released()).containsExactly(0);
    drill.after(Duration.ofMillis(1));
    assertThat(drill.failure(0)).map(Failure::kind).contains(Failure.Kind.NO_RESULT);
    assertThat(drill.failure(0)).map(Failure::text).contains(text);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.PAUSED);
  }

  @Test
  void oneThatGoesBackAndForthDoesNotHoldUpTheOthersForEver() {
    Drill drill = Drill.with(2).start(RolloutPlan.paced(pace(1)));
    for (int i = 0; i < 100 && drill.phase() == RolloutPhase.RUNNING; i++) {
      drill.applied(0).afterSeconds(20).says(0, Reported.OTHER);
    }
    assertThat(drill.failure(0)).map(Failure::kind).contains(Failure.Kind.NO_RESULT);
    assertThat(drill.now).isBefore(T0.plus(DEADLINE).plus(GATE).plusSeconds(20));
  }

  @Test
  void whoHasNotHadItsTurnAndIsAwayForAMomentDoesNotLoseItsPlace() {
    Drill drill = Drill.with(3).start(oneByOne());
    drill.there(1, false).there(2, false).applied(0);
    assertThat(drill.phase()).as("they are expected back").isEqualTo(RolloutPhase.RUNNING);
    drill.afterSeconds(10).there(2, true);
    assertThat(drill.released()).as("its turn comes after that of 1").containsExactly(0);
    drill.there(1, true);
    assertThat(drill.released()).containsExactly(0, 1);
    drill.applied(1).there(2, false).after(DEADLINE);
    assertThat(drill.failure(2)).map(Failure::kind).contains(Failure.Kind.NO_RESULT);
  }

  @Test
  void afterARestartNothingHappensBeforeTheAgentsAreBackOrTheDeadlineIsOver() {
    Drill drill = Drill.with(50).start(RolloutPlan.paced(new Pacing(3, 1, 3, Duration.ZERO)));
    drill.applied(0, 1).restart();
    assertThat(drill.phase()).isEqualTo(RolloutPhase.RUNNING);
    assertThat(drill.released()).containsExactly(0, 1, 2);
    IntStream.range(3, 50).forEach(i -> drill.there(i, true));
    assertThat(drill.released()).as("the step is not through").containsExactly(0, 1, 2);
    drill.there(0, true).there(1, true).there(2, true).applied(2).after(GATE);
    assertThat(drill.released()).containsExactly(0, 1, 2, 3, 4, 5);

    drill.restart().there(30, true).after(DEADLINE.minusMillis(1));
    assertThat(drill.released()).hasSize(6);
    drill.after(Duration.ofMillis(1));
    assertThat(drill.released()).as("those before 30 are passed over").hasSize(31);
    drill.applied(30).after(GATE);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.DONE);
  }

  @Test
  void afterARestartAStepIsNoLargerBecauseFewAreBackYet() {
    Drill drill = Drill.with(50).start(RolloutPlan.paced(new Pacing(3, 1, 3, Duration.ZERO)));
    drill.applied(0, 1, 2).restart();
    drill.there(0, true).there(1, true).there(2, true).there(4, true).there(40, true).after(GATE);
    assertThat(drill.released()).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void aHashThatAnAgentFailedWithIsNotOfferedToItUntilTheFailedAreRetried() {
    Drill drill = Drill.with(2).start(oneByOne()).says(0, Reported.FAILED);
    assertThat(drill.version(0)).isEqualTo(Version.WITHHELD);
    assertThat(drill.step.retarget()).containsExactly(drill.agents.get(0).uid());
    drill.resume().there(0, false).there(0, true);
    assertThat(drill.version(0)).as("after coming back").isEqualTo(Version.WITHHELD);
    drill.restart().there(0, true);
    assertThat(drill.version(0)).as("after a restart").isEqualTo(Version.WITHHELD);
    drill.retryFailed();
    assertThat(drill.version(0)).isEqualTo(Version.NEW);
    assertThat(drill.step.retarget()).contains(drill.agents.get(0).uid());
    drill.restart();
    assertThat(drill.version(0)).as("the retry outlives the process").isEqualTo(Version.NEW);
    drill.there(0, true).says(0, Reported.OTHER).says(0, Reported.FAILED);
    assertThat(drill.version(0)).as("it failed again").isEqualTo(Version.WITHHELD);
  }

  @Test
  void oneThatIsRetriedAndOnlyRepeatsItselfFailsByTheDeadline() {
    Drill drill = Drill.with(1).start(oneByOne()).says(0, Reported.FAILED).retryFailed();
    drill.resume().says(0, Reported.FAILED, "still unknown");
    assertThat(drill.version(0)).isEqualTo(Version.NEW);
    drill.after(DEADLINE);
    assertThat(drill.version(0)).isEqualTo(Version.WITHHELD);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.PAUSED);
  }

  @Test
  void oneThatHadFailedBeforeItsTurnIsNotOfferedTheVersionAndIsNoError() {
    Drill drill = Drill.with(3).says(1, Reported.FAILED).start(oneByOne());
    drill.applied(0, 2);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(drill.version(1)).isEqualTo(Version.WITHHELD);
    assertThat(drill.failure(1)).map(Failure::kind).contains(Failure.Kind.EARLIER);
    drill.restart().there(1, true);
    assertThat(drill.rollout.state().faults().errors()).isZero();
    drill.retryFailed();
    assertThat(drill.version(1)).isEqualTo(Version.NEW);
  }

  @Test
  void whatAgentsSayThatWereNotGivenTheVersionIsNoErrorAndNoProgress() {
    Drill drill = Drill.with(4).start(oneByOne());
    drill.says(1, Reported.FAILED).says(2, Reported.APPLIED).says(2, Reported.FAILED);
    drill.says(3, Reported.APPLIED).says(3, Reported.OTHER);
    assertThat(drill.rollout.state().faults().failures()).isEmpty();
    assertThat(drill.released()).containsExactly(0);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.RUNNING);
  }

  @Test
  void oneThatSaysAppliedAndFailedInTurnCountsOnce() {
    Drill drill = Drill.with(2).start(oneByOne().with(ErrorLimit.agents(2)));
    for (int i = 0; i < 10; i++) {
      drill.applied(0).says(0, Reported.FAILED);
    }
    assertThat(drill.rollout.state().faults().errors()).isEqualTo(1);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.RUNNING);
  }

  @Test
  void anAgentThatLeavesHoldsUpNobody() {
    Drill drill = Drill.with(2).start(oneByOne());
    InstanceUid gone = drill.agents.get(0).uid();
    drill.rollout = RolloutMachine.agentLeft(drill.rollout, gone, drill.now).rollout();
    assertThat(drill.released()).containsExactly(0, 1);
    assertThat(drill.rollout.progress())
        .containsExactly(new StageProgress("rest", 1, 1, 1, 0, 0, 0, 0));
  }

  @Test
  void oneOfAnEarlierStepThatGoesAwayHoldsUpNobodyAndDoesNotFail() {
    Drill drill = Drill.with(3).start(oneByOne()).applied(0);
    drill.says(0, Reported.OTHER).there(0, false).applied(1);
    assertThat(drill.released()).containsExactly(0, 1, 2);
    drill.applied(2).after(DEADLINE);
    assertThat(drill.failure(0)).isEmpty();
  }

  @Test
  void oneThatIsAwayWhenTheFailedAreRetriedHoldsUpNobody() {
    Drill drill = Drill.with(2).start(oneByOne()).says(0, Reported.FAILED).there(0, false);
    drill.retryFailed().resume();
    assertThat(drill.released()).containsExactly(0, 1);
    drill.there(0, true);
    assertThat(drill.version(0)).isEqualTo(Version.NEW);
  }

  @Test
  void anErrorWhileItWaitsToBeContinuedPausesItToo() {
    Drill drill = Drill.with(3).inStages(0, 0, 1).there(1, false);
    drill.start(Drill.stages("canary")).applied(0).there(1, true);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.WAITING);
    drill.says(1, Reported.FAILED);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.PAUSED);
    assertThat(drill.resume().phase()).isEqualTo(RolloutPhase.WAITING);
  }
}
