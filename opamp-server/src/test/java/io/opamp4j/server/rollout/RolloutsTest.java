package io.opamp4j.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.opamp4j.core.rollout.ErrorLimit;
import io.opamp4j.core.rollout.Pacing;
import io.opamp4j.core.rollout.RolloutCommand;
import io.opamp4j.core.rollout.RolloutCommandException;
import io.opamp4j.core.rollout.RolloutPhase;
import io.opamp4j.core.rollout.RolloutPlan;
import io.opamp4j.core.rollout.Stage;
import io.opamp4j.server.fleet.ConfigurationRollout;
import io.opamp4j.server.fleet.FleetEditor.Going;
import io.opamp4j.server.fleet.RolloutInProgressException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The machine, the store, the fleet and simulated agents together. */
final class RolloutsTest {
  private static final RolloutPlan QUICK =
      RolloutPlan.standard().with(Duration.ZERO, Duration.ofSeconds(30));

  private final RolloutFixture server = new RolloutFixture();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void theStandardPlanGoesFromFewToAllAndThenTheVersionRuns() {
    oldVersionEverywhere(100);
    server.write("new", Going.DRAFT);

    server.desk.start(server.request(QUICK), "me");
    server.pass(Duration.ofSeconds(1));
    assertThat(server.running("new")).isEqualTo(3);
    assertThat(server.agents().filter(a -> server.target(a).planned().isPresent()).count())
        .as("Pending")
        .isEqualTo(97);
    server.pass(Duration.ofSeconds(5));
    assertThat(server.running("new")).isEqualTo(18);
    server.pass(Duration.ofSeconds(20));

    assertThat(server.running("new")).isEqualTo(100);
    assertThat(phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(server.editor.running(server.editor.find("web").orElseThrow()).version())
        .isEqualTo(2);
  }

  @Test
  void aBadVersionStopsByItselfSaysWhatTheFailingShareAndIsTakenBack() {
    server.add(190, Map.of("zone", "good", "os", "linux"));
    server.add(10, Map.of("zone", "bad", "os", "linux"));
    settle();
    server.write("new", Going.DRAFT);
    server.fails =
        (agent, config) -> config.equals("new") && agent.note.labels().get("zone").equals("bad");

    server.desk.start(server.request(QUICK.with(new ErrorLimit(ErrorLimit.Unit.AGENTS, 4))), "me");
    server.pass(Duration.ofSeconds(60));

    assertThat(phase()).isEqualTo(RolloutPhase.PAUSED);
    assertThat(server.report().kept().state().standing().reason()).contains("4");
    assertThat(server.report().traits())
        .first()
        .satisfies(
            trait -> {
              assertThat(trait.key()).isEqualTo("zone");
              assertThat(trait.value()).isEqualTo("bad");
            });
    server.desk.command("web", RolloutCommand.ROLL_BACK, "me", "");
    server.pass(Duration.ofSeconds(10));

    assertThat(server.running("old")).isEqualTo(200);
    assertThat(phase()).isEqualTo(RolloutPhase.ROLLED_BACK);
  }

  @Test
  void aProgressivePlanWaitsAfterEachStage() {
    server.add(10, Map.of("tier", "canary"));
    server.add(20, Map.of("tier", "late"));
    server.add(30, Map.of());
    settle();
    server.write("new", Going.DRAFT);
    RolloutPlan plan =
        RolloutPlan.progressive(
                List.of(new Stage("canary", Pacing.ALL), new Stage("late", Pacing.ALL)), Pacing.ALL)
            .with(Duration.ZERO, Duration.ofSeconds(30));

    server.desk.start(server.request(plan, "tier=canary", "tier=late"), "me");
    server.pass(Duration.ofSeconds(5));
    assertThat(phase()).isEqualTo(RolloutPhase.WAITING);
    assertThat(server.running("new")).isEqualTo(10);
    server.pass(Duration.ofSeconds(60));
    assertThat(server.running("new")).as("without a word nothing happens").isEqualTo(10);
    server.desk.command("web", RolloutCommand.CONTINUE, "me", "");
    server.pass(Duration.ofSeconds(5));
    assertThat(server.running("new")).isEqualTo(30);
    server.desk.command("web", RolloutCommand.CONTINUE, "me", "");
    server.pass(Duration.ofSeconds(5));

    assertThat(server.running("new")).isEqualTo(60);
    assertThat(phase()).isEqualTo(RolloutPhase.DONE);
  }

  @Test
  void itGoesOnAfterARestartAndWhoReturnsGetsTheVersion() {
    oldVersionEverywhere(100);
    server.agent(3).connected = false;
    server.write("new", Going.DRAFT);

    server.desk.start(server.request(QUICK), "me");
    server.pass(Duration.ofSeconds(6));
    server.restart();
    server.pass(Duration.ofSeconds(120));
    assertThat(phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(server.running("new")).isEqualTo(99);
    server.agent(3).connected = true;
    server.pass(Duration.ofSeconds(2));

    assertThat(server.running("new")).isEqualTo(100);
  }

  /** Only after a restart of the server is anybody expected back who was not there before. */
  @Test
  void agentsThatWereAwayAtTheStartDoNotHoldItUp() {
    oldVersionEverywhere(20);
    server.agent(3).connected = false;

    for (String text : List.of("new", "newer")) {
      List<ConfigurationRollout> shown = server.fleet.rollouts();
      server.write(text, Going.DRAFT);
      server.desk.start(
          server.request(RolloutPlan.all().with(Duration.ZERO, Duration.ofMinutes(5))), "me");
      // The fleet's view may lag behind.
      server.controller.tick(shown, server.time.instant());
      server.pass(Duration.ofSeconds(3));

      assertThat(server.running(text)).isEqualTo(19);
      assertThat(phase()).isEqualTo(RolloutPhase.DONE);
    }
    server.agent(3).connected = true;
    server.pass(Duration.ofSeconds(1));
    assertThat(server.running("newer")).as("who returns gets it").isEqualTo(20);
  }

  @Test
  void theFailedAreLeftAloneUntilTheyAreRetried() {
    oldVersionEverywhere(10);
    server.write("new", Going.DRAFT);
    server.fails = (agent, config) -> config.equals("new") && agent.uid.leastSignificant() == 4;
    RolloutPlan all = RolloutPlan.all().with(Duration.ZERO, Duration.ofSeconds(30));

    server.desk.start(server.request(all), "me");
    server.pass(Duration.ofSeconds(5));
    assertThat(phase()).isEqualTo(RolloutPhase.PAUSED);
    assertThat(server.target(server.agent(4)).withheld()).isPresent();
    server.fails = (agent, config) -> false;
    server.pass(Duration.ofSeconds(5));
    assertThat(server.running("new")).as("not offered again").isEqualTo(9);
    server.desk.command("web", RolloutCommand.RETRY_FAILED, "me", "");
    server.desk.command("web", RolloutCommand.RESUME, "me", "");
    server.pass(Duration.ofSeconds(5));

    assertThat(server.running("new")).isEqualTo(10);
    assertThat(phase()).isEqualTo(RolloutPhase.DONE);
  }

  @Test
  void whileItIsOnItsWayNothingElseDecides() {
    oldVersionEverywhere(10);
    server.write("new", Going.DRAFT);
    server.desk.start(server.request(QUICK), "me");

    assertThatExceptionOfType(RolloutInProgressException.class)
        .isThrownBy(() -> server.write("other", Going.LIVE));
    assertThatExceptionOfType(RolloutRefusedException.class)
        .isThrownBy(() -> server.desk.start(server.request(QUICK), "me"));
    assertThatExceptionOfType(RolloutCommandException.class)
        .isThrownBy(() -> server.desk.command("web", RolloutCommand.CONTINUE, "me", ""));
    server.write("draft", Going.DRAFT);
    server.pass(Duration.ofSeconds(30));
    assertThat(server.running("new")).isEqualTo(10);

    server.write("live", Going.LIVE);
    server.pass(Duration.ofSeconds(2));
    assertThat(server.running("live")).as("once it is over").isEqualTo(10);
  }

  @Test
  void whoWasReleasedKeepsTheVersionWhenItIsCancelled() {
    oldVersionEverywhere(100);
    server.write("new", Going.DRAFT);
    server.desk.start(server.request(QUICK), "me");
    server.pass(Duration.ofSeconds(2));

    server.desk.command("web", RolloutCommand.CANCEL, "me", "");
    server.restart();
    server.pass(Duration.ofSeconds(60));

    assertThat(server.running("new")).isEqualTo(3);
    assertThat(server.running("old")).isEqualTo(97);
  }

  /** Otherwise every tick would look at every agent anew, and read the files of the version. */
  @Test
  void whomItConcernsIsWorkedOutOnceForEachFleet() {
    oldVersionEverywhere(10);
    server.write("new", Going.DRAFT);
    server.desk.start(server.request(QUICK), "me");
    var before = server.fleet.audience(server.report().kept()).orElseThrow();

    server.fleet.refresh().toCompletableFuture().join();

    assertThat(server.fleet.audience(server.report().kept())).containsSame(before);
    server.desk.command("web", RolloutCommand.PAUSE, "me", "");
    assertThat(server.fleet.audience(server.report().kept()).orElseThrow()).isNotSameAs(before);
  }

  @Test
  void aPreviewNamesTheAgentsThatGoFirst() {
    oldVersionEverywhere(50);
    server.write("new", Going.DRAFT);
    var preview = server.desk.preview(server.request(QUICK)).course();

    server.desk.start(server.request(QUICK), "me");
    server.pass(Duration.ofSeconds(1));

    assertThat(preview.steps().get(0).agents())
        .containsExactlyInAnyOrderElementsOf(
            server.agents().filter(a -> a.runs.equals("new")).map(a -> a.uid).toList());
    assertThat(preview.steps().stream().mapToInt(step -> step.agents().size()).sum()).isEqualTo(50);
  }

  /** Agents come and go and the server restarts; in the end everybody has what is wanted. */
  @Test
  void endsInAgreementWhateverHappensMeanwhile() {
    for (long seed = 0; seed < 20; seed++) {
      try (RolloutFixture chaos = new RolloutFixture()) {
        SplittableRandom random = new SplittableRandom(seed);
        chaos.add(40, Map.of());
        chaos.write("old", Going.LIVE);
        chaos.pass(Duration.ofSeconds(1));
        chaos.write("new", Going.DRAFT);
        chaos.desk.start(chaos.request(QUICK), "me");
        List<String> told = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
          RolloutFixture.Agent agent = chaos.agent(random.nextInt(40));
          agent.connected = random.nextInt(4) != 0;
          if (random.nextInt(15) == 0) {
            chaos.restart();
          }
          chaos.pass(Duration.ofSeconds(1 + random.nextInt(3)));
          if (chaos.report().kept().state().phase() == RolloutPhase.PAUSED) {
            told.add(chaos.report().kept().state().standing().reason());
            chaos.desk.command("web", RolloutCommand.RESUME, "me", "");
          }
        }
        chaos.agents().forEach(agent -> agent.connected = true);
        chaos.pass(Duration.ofSeconds(60));
        if (chaos.report().kept().state().phase() == RolloutPhase.PAUSED) {
          chaos.desk.command("web", RolloutCommand.RESUME, "me", "");
          chaos.pass(Duration.ofSeconds(60));
        }

        assertThat(chaos.running("new")).as("seed %d, paused: %s", seed, told).isEqualTo(40);
      }
    }
  }

  private void oldVersionEverywhere(int agents) {
    server.add(agents, Map.of());
    settle();
  }

  private void settle() {
    server.write("old", Going.LIVE);
    server.pass(Duration.ofSeconds(1));
    assertThat(server.running("old")).isEqualTo(server.agents().count());
  }

  private RolloutPhase phase() {
    return server.report().kept().state().phase();
  }
}
