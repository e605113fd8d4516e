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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
  void aProgressivePlanTakesStageAfterStageAndWaitsToBeContinued() {
    Drill drill = Drill.with(5).inStages(0, 2, 2, 3, 0);
    drill.start(Drill.stages("canary", "nobody", "europe"));
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
    drill.start(Drill.stages("nobody", "canary")).applied(0);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(Drill.with(0).start(Drill.stages("a", "b")).phase()).isEqualTo(RolloutPhase.DONE);
  }

  @Test
  void agentsThatJoinTakePartWhereTheyBelong() {
    Drill drill = Drill.with(4).inStages(0, 1, 1, 0);
    AgentView newInCanary = drill.agents.remove(3);
    AgentView newInRest = drill.agents.remove(2);
    drill.start(Drill.stages("canary")).applied(0);
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
    Drill drill = Drill.with(3).inStages(0, 1, 1).start(Drill.stages("canary"));
    drill.moves(0, 1);
    assertThat(drill.version(0)).as("even before it has applied it").isEqualTo(Version.NEW);
    drill.afterSeconds(1).continueStage();
    assertThat(drill.released()).as("it has had its turn").containsExactly(0, 1);
    drill.applied(0, 1, 2);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(drill.rollout.state().front().given()).isEqualTo(3);
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
  void incompatibleAgentsAreLeftAloneAndListed() {
    Drill drill = Drill.with(3).fits(1, false).start(oneByOne()).applied(0, 2);
    assertThat(drill.phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(drill.rollout.incompatible()).containsExactly(drill.agents.get(1).uid());
    assertThat(drill.rollout.succeeded())
        .containsExactly(drill.agents.get(0).uid(), drill.agents.get(2).uid());
    assertThat(drill.rollout.state().front().given()).isEqualTo(2);
  }

  @Test
  void oneThatHasTheVersionAlreadyTakesNobodysTurn() {
    Drill drill = Drill.with(3).applied(0).start(oneByOne());
    assertThat(drill.released()).containsExactly(0, 1);
    assertThat(drill.rollout.state().front().given()).isEqualTo(1);
    assertThat(drill.rollout.succeeded()).containsExactly(drill.agents.get(0).uid());
    assertThat(drill.cancel().applied(2).version(2)).as("left with it").isEqualTo(Version.NEW);
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
    Drill drill = Drill.with(2).inStages(0, 1).start(Drill.stages("canary")).applied(0);
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
}
