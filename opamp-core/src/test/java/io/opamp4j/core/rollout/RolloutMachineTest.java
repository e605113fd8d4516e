package io.opamp4j.core.rollout;

import static io.opamp4j.core.rollout.Drill.DEADLINE;
import static io.opamp4j.core.rollout.Drill.GATE;
import static io.opamp4j.core.rollout.Drill.T0;
import static io.opamp4j.core.rollout.Drill.oneByOne;
import static io.opamp4j.core.rollout.Drill.pace;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.core.InstanceUid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The sentences of the product's description of rollouts, in the order in which they stand. */
class RolloutMachineTest {

  @Test
  void standardPlanTakes3AgentsThenFiveTimesAsManyUpTo100AndAStepEvery5Seconds() {
    Drill drill = Drill.with(500);
    drill.start(RolloutPlan.standard().with(Duration.ZERO, DEADLINE));
    List<Integer> sizes = new ArrayList<>();
    int before = 0;
    while (drill.phase() == RolloutPhase.RUNNING) {
      int released = drill.released().size();
      assertThat(drill.step.retarget()).as("told of").hasSize(released - before);
      sizes.add(released - before);
      for (int i = before; i < released; i++) {
        drill.applied(i);
      }
      before = released;
      if (before < 500) {
        drill.after(Duration.ofMillis(4999));
        assertThat(drill.released()).as("before its time").hasSize(released);
        assertThat(drill.step.wakeUp()).contains(drill.now.plusMillis(1));
        drill.after(Duration.ofMillis(1));
      }
    }
    assertThat(sizes).containsExactly(3, 15, 75, 100, 100, 100, 100, 7);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(drill.now).isEqualTo(T0.plusSeconds(35));
  }

  @ParameterizedTest
  @CsvSource({"0, 3", "1, 15", "2, 75", "3, 100", "4, 100", "1000000, 100"})
  void stepsGrowToTheirLimit(int step, int size) {
    assertThat(Pacing.STANDARD.size(step)).isEqualTo(size);
    assertThat(new Pacing(3, 1, 3, Duration.ZERO).size(step)).isEqualTo(3);
    assertThat(Pacing.ALL.size(step)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void planAllTakesEverybodyAtOnce() {
    Drill drill = Drill.with(1000).start(RolloutPlan.all());
    assertThat(drill.released()).hasSize(1000);
  }

  @Test
  void nextStepStartsOnlyWhenTheRunningOneIsAppliedAndHealthyForTheGate() {
    Drill drill = Drill.with(3).start(RolloutPlan.paced(pace(2)));
    assertThat(drill.released()).containsExactly(0, 1);
    drill.applied(0).afterSeconds(60);
    assertThat(drill.released()).as("one has no result").containsExactly(0, 1);
    drill.healthy(1, false).applied(1).afterSeconds(60);
    assertThat(drill.released()).as("one is not healthy yet").containsExactly(0, 1);
    drill.healthy(1, true);
    assertThat(drill.step.wakeUp()).contains(drill.now.plus(GATE));
    drill.after(GATE.minusMillis(1));
    assertThat(drill.released()).as("not for long enough").containsExactly(0, 1);
    drill.after(Duration.ofMillis(1));
    assertThat(drill.released()).containsExactly(0, 1, 2);
  }

  @ParameterizedTest(name = "{0} {1} of {2} pauses at error {3}")
  @CsvSource({
    "AGENTS, 1, 100, 1",
    "AGENTS, 3, 100, 3",
    "PERCENT, 5, 100, 5",
    "PERCENT, 1, 100, 1",
    "PERCENT, 5, 99, 5",
    "PERCENT, 5, 101, 6",
    "PERCENT, 100, 10, 10",
    "PERCENT, 5, 3, 1",
  })
  void anErrorPausesTheRolloutByCountOrPercent(
      ErrorLimit.Unit unit, int value, int given, int pausesAt) {
    Drill drill = Drill.with(given);
    drill.start(RolloutPlan.all().with(new ErrorLimit(unit, value)));
    for (int i = 0; i < pausesAt; i++) {
      assertThat(drill.phase()).as("after %d", i).isEqualTo(RolloutPhase.RUNNING);
      drill.says(i, Reported.FAILED);
    }
    assertThat(drill.phase()).isEqualTo(RolloutPhase.PAUSED);
    assertThat(drill.rollout.state().standing().reason())
        .contains(pausesAt + " of " + given + " agents failed")
        .contains("unknown exporter otlp/x");
  }

  @Test
  void toleratedErrorsDoNotHoldUpTheNextStep() {
    Drill drill = Drill.with(3).start(oneByOne().with(ErrorLimit.agents(2)));
    drill.says(0, Reported.FAILED);
    assertThat(drill.released()).containsExactly(0, 1);
    drill.says(1, Reported.FAILED);
    assertThat(drill.released()).containsExactly(0, 1);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.PAUSED);
  }

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
      case "unhealthy" -> drill.healthy(0, false).applied(0);
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
  void aProgressivePlanTakesStageAfterStageAndWaitsToBeContinued() {
    Drill drill = Drill.with(5).inStages(0, 2, 2, 3, 0);
    drill.start(stages("canary", "nobody", "europe"));
    assertThat(drill.released()).containsExactly(0);
    drill.applied(0);
    assertThat(drill.released()).as("small steps").containsExactly(0, 4);
    drill.applied(4).afterSeconds(1000);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.WAITING);
    assertThat(drill.rollout.state().standing().reason())
        .isEqualTo(
            "stage canary is complete; stage europe with 2 agents waits to be continued with");
    assertThat(drill.released()).containsExactly(0, 4);
    drill.continueStage();
    assertThat(drill.released()).as("the empty stage passed").containsExactly(0, 1, 4);
    drill.applied(1, 2);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.WAITING);
    drill.continueStage().applied(3);
    assertThat(drill.released()).as("what no stage matched").containsExactly(0, 1, 2, 3, 4);
    assertThat(drill.phase()).as("nothing to wait for").isEqualTo(RolloutPhase.DONE);
  }

  @Test
  void emptyStagesPassAtBothEnds() {
    Drill drill = Drill.with(1).inStages(1);
    drill.start(stages("nobody", "canary")).applied(0);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(Drill.with(0).start(stages("a", "b")).phase()).isEqualTo(RolloutPhase.DONE);
  }

  @Test
  void agentsThatJoinTakePartWhereTheyBelong() {
    Drill drill = Drill.with(4).inStages(0, 1, 1, 0);
    AgentView newInCanary = drill.agents.remove(3);
    AgentView newInRest = drill.agents.remove(2);
    drill.start(stages("canary")).applied(0);
    drill.agents.add(newInRest);
    drill.agents.add(newInCanary);
    drill.hears(2, newInRest).hears(3, newInCanary);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.WAITING);
    assertThat(drill.version(2)).as("its stage has not begun").isEqualTo(Version.OLD);
    assertThat(drill.version(3)).as("its stage is complete").isEqualTo(Version.NEW);
    drill.continueStage().applied(1).applied(2);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.DONE);
  }

  @Test
  void anAgentThatMovesToAStageWhoseTurnHasNotComeKeepsTheVersion() {
    Drill drill = Drill.with(3).inStages(0, 1, 1).start(stages("canary"));
    drill.moves(0, 1);
    assertThat(drill.version(0)).as("even before it has applied it").isEqualTo(Version.NEW);
    drill.applied(0).continueStage().applied(1, 2);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.DONE);
  }

  @Test
  void disconnectedAgentsAreSkippedAndGetTheVersionWhenTheyComeBack() {
    Drill drill = Drill.with(4).there(0, false).there(2, false).there(3, false);
    drill.start(oneByOne());
    assertThat(drill.version(1)).isEqualTo(Version.NEW);
    drill.there(0, true);
    assertThat(drill.version(0)).as("while it runs").isEqualTo(Version.NEW);
    drill.applied(0, 1);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.DONE);
    drill.there(2, true);
    assertThat(drill.version(2)).as("after the end").isEqualTo(Version.NEW);
    drill.says(2, Reported.FAILED);
    assertThat(drill.version(2)).isEqualTo(Version.WITHHELD);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.DONE);
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
  void incompatibleAgentsAreLeftAloneAndListed() {
    Drill drill = Drill.with(3).fits(1, false).start(oneByOne()).applied(0, 2);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(drill.rollout.incompatible()).containsExactly(drill.agents.get(1).uid());
    assertThat(drill.rollout.succeeded())
        .containsExactly(drill.agents.get(0).uid(), drill.agents.get(2).uid());
    assertThat(drill.rollout.state().front().given()).isEqualTo(2);
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
  void pauseKeepsTheReleasedReleasedAndTakesNoSteps() {
    Drill drill = Drill.with(3).start(oneByOne()).pause().applied(0).afterSeconds(1000);
    assertThat(drill.released()).containsExactly(0);
    assertThat(drill.version(0)).isEqualTo(Version.NEW);
    assertThat(drill.rollout.state().standing().reason()).isEqualTo("paused by bob: lunch");
    assertThat(drill.resume().released()).containsExactly(0, 1);
  }

  @Test
  void errorsAreNotedWhileItIsPausedAndForgivenWhenItIsResumed() {
    Drill drill = Drill.with(4).start(RolloutPlan.paced(pace(3)).with(Duration.ZERO, DEADLINE));
    drill.says(0, Reported.FAILED).says(1, Reported.FAILED).says(2, Reported.FAILED);
    assertThat(drill.rollout.state().faults().errors()).isEqualTo(3);
    assertThat(drill.resume().phase()).isEqualTo(RolloutPhase.RUNNING);
    assertThat(drill.released()).containsExactly(0, 1, 2, 3);
    drill.says(3, Reported.FAILED);
    assertThat(drill.phase()).as("the next error counts").isEqualTo(RolloutPhase.PAUSED);
  }

  @Test
  void oneThatWasPausedWhileItWaitedWaitsAgain() {
    Drill drill = Drill.with(2).inStages(0, 1).start(stages("canary")).applied(0);
    assertThat(drill.pause().resume().phase()).isEqualTo(RolloutPhase.WAITING);
    assertThat(drill.released()).containsExactly(0);
  }

  @Test
  void cancelStopsWhereItIs() {
    Drill drill = Drill.with(3).start(oneByOne()).applied(0).cancel().applied(1).afterSeconds(999);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.CANCELLED);
    assertThat(List.of(drill.version(0), drill.version(1), drill.version(2)))
        .containsExactly(Version.NEW, Version.NEW, Version.OLD);
    drill.says(1, Reported.FAILED);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.CANCELLED);
  }

  @Test
  void rollBackReturnsEveryReleasedAgentAtOnceByDefault() {
    Drill drill = Drill.with(4).inStages(0, 0, 1, 1).start(stages("canary"));
    drill.applied(0, 1).continueStage().applied(2).says(3, Reported.FAILED).rollBack();
    assertThat(drill.released()).isEmpty();
    assertThat(drill.phase()).isEqualTo(RolloutPhase.ROLLING_BACK);
    assertThat(drill.step.retarget()).hasSize(4);
    for (int i = 0; i < 3; i++) {
      drill.says(i, Reported.OTHER);
      assertThat(drill.phase()).isEqualTo(RolloutPhase.ROLLING_BACK);
    }
    drill.says(3, Reported.OTHER);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.ROLLED_BACK);
  }

  @Test
  void rollBackCanBePacedAndNoErrorStopsIt() {
    Drill drill = Drill.with(6);
    drill.start(
        RolloutPlan.all()
            .rollingBackAt(new Pacing(1, 2, 100, Duration.ofSeconds(10)))
            .with(Duration.ZERO, DEADLINE));
    drill.applied(0, 1, 2, 3, 4).there(5, false).rollBack();
    assertThat(drill.released()).as("5 is away and counts for nothing").hasSize(4);
    drill.there(5, true);
    assertThat(drill.version(5)).as("nobody gets it any more").isEqualTo(Version.OLD);
    drill.healthy(4, false).says(3, Reported.FAILED).afterSeconds(9);
    assertThat(drill.released()).containsExactly(0, 1, 2, 3);
    drill.afterSeconds(1);
    assertThat(drill.released()).containsExactly(0, 1);
    drill.afterSeconds(10);
    assertThat(drill.released()).isEmpty();
    assertThat(drill.phase()).isEqualTo(RolloutPhase.ROLLING_BACK);
    drill.after(DEADLINE);
    assertThat(drill.phase()).as("one never says so").isEqualTo(RolloutPhase.ROLLED_BACK);
    assertThat(drill.rollout.state().standing().reason()).startsWith("5 agents");
  }

  @ParameterizedTest
  @EnumSource(RolloutPhase.class)
  void aCommandThatMakesNoSenseIsRefusedByItsNameAndThatOfThePhase(RolloutPhase phase) {
    Drill drill = in(phase);
    assertThat(drill.phase()).isEqualTo(phase);
    for (RolloutCommand command : RolloutCommand.values()) {
      Rollout before = drill.rollout;
      if (command.isAllowedIn(phase)) {
        execute(drill, command);
        drill.rollout = before;
      } else {
        assertThatThrownBy(() -> execute(drill, command))
            .isInstanceOfSatisfying(
                RolloutCommandException.class,
                e -> {
                  assertThat(e.command()).isEqualTo(command);
                  assertThat(e.phase()).isEqualTo(phase);
                })
            .hasMessageContainingAll(command.name(), phase.name());
      }
    }
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
  void oneThatHasTheVersionAlreadyTakesNobodysTurn() {
    Drill drill = Drill.with(3).applied(0).start(oneByOne());
    assertThat(drill.released()).containsExactly(0, 1);
    assertThat(drill.rollout.state().front().given()).isEqualTo(1);
    assertThat(drill.cancel().applied(2).version(2)).as("left with it").isEqualTo(Version.NEW);
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
  void theOrderHasNothingToDoWithThatOfTheUidsAndIsAnotherOneForEverySalt() {
    List<AgentView> agents = Drill.with(200).agents;
    List<List<InstanceUid>> orders = new ArrayList<>();
    for (long salt = 1; salt <= 2; salt++) {
      RolloutPreview preview = RolloutPreview.of(oneByOne(), salt, agents);
      orders.add(preview.steps().stream().map(step -> step.agents().get(0)).toList());
    }
    List<InstanceUid> ascending = agents.stream().map(AgentView::uid).sorted().toList();
    List<InstanceUid> firstHalf = ascending.subList(0, 100);
    assertThat(orders.get(0)).hasSameElementsAs(orders.get(1)).isNotEqualTo(orders.get(1));
    for (List<InstanceUid> order : orders) {
      long early = order.subList(0, 100).stream().filter(firstHalf::contains).count();
      assertThat(early).as("of the first half in the first half").isBetween(35L, 65L);
    }
  }

  @Test
  void everyEventHasATimeAndPlainWords() {
    Drill drill = Drill.with(2).inStages(0, 1).start(stages("canary")).applied(0);
    drill.continueStage().says(1, Reported.FAILED).retryFailed().resume().says(1, Reported.OTHER);
    drill.applied(1).rollBack().says(0, Reported.OTHER).says(1, Reported.OTHER);
    assertThat(drill.events)
        .allSatisfy(event -> assertThat(event.text()).isNotBlank())
        .extracting(RolloutEvent::kind)
        .containsExactly(
            RolloutEvent.Kind.STARTED,
            RolloutEvent.Kind.STEP,
            RolloutEvent.Kind.WAITING,
            RolloutEvent.Kind.CONTINUED,
            RolloutEvent.Kind.STEP,
            RolloutEvent.Kind.AGENT_FAILED,
            RolloutEvent.Kind.PAUSED,
            RolloutEvent.Kind.RETRIED,
            RolloutEvent.Kind.RESUMED,
            RolloutEvent.Kind.DONE,
            RolloutEvent.Kind.ROLLING_BACK,
            RolloutEvent.Kind.STEP,
            RolloutEvent.Kind.ROLLED_BACK);
  }

  @Test
  void aHeartbeatChangesNothing() {
    Drill drill = Drill.with(2).start(oneByOne());
    drill.hears(1, drill.agents.get(1));
    assertThat(drill.step.durable()).isFalse();
    assertThat(drill.step.retarget()).isEmpty();
    assertThat(drill.step.events()).isEmpty();
  }

  @Test
  void anAgentInAStageThatThePlanDoesNotHaveIsRefused() {
    Drill drill = Drill.with(1).inStages(1);
    assertThatThrownBy(() -> drill.start(oneByOne()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("stage 1 of 1");
  }

  private static Drill in(RolloutPhase phase) {
    Drill drill = Drill.with(2).inStages(0, 1).start(stages("canary"));
    return switch (phase) {
      case RUNNING -> drill;
      case WAITING -> drill.applied(0);
      case PAUSED -> drill.pause();
      case CANCELLED -> drill.cancel();
      case DONE -> drill.applied(0).continueStage().applied(1);
      case ROLLING_BACK -> drill.applied(0).rollBack();
      case ROLLED_BACK -> drill.rollBack();
    };
  }

  private static Drill execute(Drill drill, RolloutCommand command) {
    return switch (command) {
      case PAUSE -> drill.pause();
      case RESUME -> drill.resume();
      case CONTINUE -> drill.continueStage();
      case RETRY_FAILED -> drill.retryFailed();
      case CANCEL -> drill.cancel();
      case ROLL_BACK -> drill.rollBack();
    };
  }

  private static RolloutPlan stages(String... names) {
    List<Stage> named = new ArrayList<>();
    for (String name : names) {
      named.add(new Stage(name, pace(1)));
    }
    return RolloutPlan.progressive(named, pace(1)).with(Duration.ZERO, DEADLINE);
  }

  @Test
  void nothingIsAwaitedOnceItIsOver() {
    assertThat(in(RolloutPhase.ROLLED_BACK).step.wakeUp()).isEqualTo(Optional.empty());
    assertThat(in(RolloutPhase.DONE).step.wakeUp()).isEqualTo(Optional.empty());
  }
}
