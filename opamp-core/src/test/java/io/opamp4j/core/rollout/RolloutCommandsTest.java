package io.opamp4j.core.rollout;

import static io.opamp4j.core.rollout.Drill.DEADLINE;
import static io.opamp4j.core.rollout.Drill.oneByOne;
import static io.opamp4j.core.rollout.Drill.pace;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What an operator can tell a rollout to do: pause, resume, continue, retry, cancel, roll back. */
class RolloutCommandsTest {

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
    Drill drill = Drill.with(2).inStages(0, 1).start(Drill.stages("canary")).applied(0);
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
    Drill drill = Drill.with(4).inStages(0, 0, 1, 1).start(Drill.stages("canary"));
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

  private static Drill in(RolloutPhase phase) {
    Drill drill = Drill.with(2).inStages(0, 1).start(Drill.stages("canary"));
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

  @Test
  void nothingIsAwaitedOnceItIsOver() {
    assertThat(in(RolloutPhase.ROLLED_BACK).step.wakeUp()).isEqualTo(Optional.empty());
    assertThat(in(RolloutPhase.DONE).step.wakeUp()).isEqualTo(Optional.empty());
  }
}
