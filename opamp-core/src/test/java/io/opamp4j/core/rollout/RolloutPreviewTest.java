package io.opamp4j.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.InstanceUid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A plan can be asked for without starting. */
class RolloutPreviewTest {

  @Test
  void saysWhoInWhatOrderWhoDoesNotFitWhoHasItAndWhoIsAway() {
    Drill drill = Drill.with(8).inStages(0, 1, 1, 1, 1, 1, 1, 1);
    drill.fits(1, false).applied(2).there(3, false).says(4, Reported.FAILED);
    RolloutPlan plan =
        RolloutPlan.progressive(List.of(new Stage("canary", Pacing.STANDARD)), Drill.pace(2));
    RolloutPreview preview = RolloutPreview.of(plan, Drill.SALT, drill.agents);
    assertThat(preview.steps())
        .containsExactly(
            new RolloutPreview.PlannedStep("canary", uids(drill, 0)),
            new RolloutPreview.PlannedStep(RolloutPlan.REST, uids(drill, 5, 6)),
            new RolloutPreview.PlannedStep(RolloutPlan.REST, uids(drill, 7)));
    assertThat(preview.incompatible()).isEqualTo(uids(drill, 1));
    assertThat(preview.alreadyThere()).isEqualTo(uids(drill, 2));
    assertThat(preview.disconnected()).isEqualTo(uids(drill, 3));
    assertThat(preview.quarantined()).isEqualTo(uids(drill, 4));
  }

  @ParameterizedTest(name = "{0} agents, gate {1} s: {2} s")
  @CsvSource({
    "0, 0, 0",
    "3, 0, 0",
    "3, 30, 30",
    "4, 0, 5",
    "4, 30, 60",
    "4, 2, 7",
    "293, 0, 20",
    "294, 0, 25",
  })
  void saysHowLongItTakesAtLeast(int agents, int gate, int seconds) {
    RolloutPlan plan = RolloutPlan.standard().with(Duration.ofSeconds(gate), Drill.DEADLINE);
    assertThat(RolloutPreview.of(plan, 1, Drill.with(agents).agents).earliest())
        .isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  void isWhatHappensWhenAllGoesWell() {
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      RolloutPlan plan =
          RolloutPlan.progressive(
              List.of(new Stage("a", pacing(random)), new Stage("b", pacing(random))),
              pacing(random));
      Drill drill = Drill.with(random.nextInt(60));
      for (int i = 0; i < drill.agents.size(); i++) {
        drill.moves(i, random.nextInt(3)).there(i, random.nextInt(5) > 0);
        drill.fits(i, random.nextInt(5) > 0);
        drill.says(i, Reported.values()[random.nextInt(12) / 5]);
      }
      RolloutPreview preview = RolloutPreview.of(plan, Drill.SALT, drill.agents);
      List<List<InstanceUid>> planned = new ArrayList<>();
      preview.steps().forEach(step -> planned.add(step.agents()));
      assertThat(run(plan, drill)).as("seed %d", seed).isEqualTo(planned);
      Duration took = Duration.between(Drill.T0, drill.now);
      assertThat(took).as("seed %d", seed).isEqualTo(preview.earliest());
    }
  }

  private static List<List<InstanceUid>> run(RolloutPlan plan, Drill drill) {
    List<List<InstanceUid>> steps = new ArrayList<>();
    drill.start(plan);
    while (drill.phase() != RolloutPhase.DONE) {
      if (drill.phase() == RolloutPhase.WAITING) {
        drill.continueStage();
      }
      List<InstanceUid> given = drill.rollout.awaited();
      if (!given.isEmpty() && !steps.contains(given)) {
        steps.add(given);
        given.forEach(uid -> drill.applied(drill.number(uid)));
      }
      if (drill.phase() == RolloutPhase.RUNNING) {
        drill.now = drill.step.wakeUp().orElseThrow();
        drill.after(Duration.ZERO);
      }
    }
    return steps;
  }

  private static Pacing pacing(Random random) {
    int first = 1 + random.nextInt(4);
    return new Pacing(
        first,
        1 + random.nextInt(3),
        first + random.nextInt(9),
        Duration.ofSeconds(random.nextInt(60)));
  }

  private static List<InstanceUid> uids(Drill drill, int... numbers) {
    List<InstanceUid> uids = new ArrayList<>();
    for (int number : numbers) {
      uids.add(drill.agents.get(number).uid());
    }
    return uids;
  }
}
