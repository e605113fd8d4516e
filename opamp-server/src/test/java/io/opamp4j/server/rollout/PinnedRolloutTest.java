package io.opamp4j.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.rollout.RolloutPhase;
import io.opamp4j.core.rollout.RolloutPlan;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.ConfigurationDraft;
import io.opamp4j.server.fleet.FleetEditor.Going;
import io.opamp4j.server.fleet.Pin;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which pinned agents a rollout takes along. */
final class PinnedRolloutTest {
  private static final RolloutPlan ALL =
      RolloutPlan.all().with(Duration.ZERO, Duration.ofSeconds(30));
  private static final Map<String, String> OTHERS = Map.of("owner", "others");

  private final RolloutFixture server = new RolloutFixture();

  @AfterEach
  void close() {
    server.close();
  }

  /** Agents 0 to 9 match {@code web} only; 10 to 19 would have {@code high} before it. */
  @Test
  void onlyThoseThatFollowTheConfigurationGoAlong() {
    server.add(10, Map.of());
    server.add(10, OTHERS);
    server.write("old", Going.LIVE);
    server.editor.create(
        new ConfigurationDraft(
            "high",
            "owner=others",
            9,
            "",
            Map.of("c.txt", new ConfigurationDraft.File("", "high", null))),
        Going.LIVE);
    pin(0, new Pin("high", Optional.empty()));
    pin(10, new Pin("web", Optional.empty()));
    server.pass(Duration.ofSeconds(1));
    assertThat(server.running("old")).isEqualTo(10);
    assertThat(server.agent(10).runs).isEqualTo("old");
    assertThat(server.agent(0).runs).isEqualTo("high");
    pin(1, new Pin("web", Optional.of(1L)));

    server.write("new", Going.DRAFT);
    RolloutDesk.Report started = server.desk.start(server.request(ALL), "me");
    // Those that match but the two that are pinned, and the one that is pinned to web.
    assertThat(started.progress().get(0).agents()).isEqualTo(9);
    server.pass(Duration.ofSeconds(10));

    assertThat(server.report().kept().state().phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(server.running("new")).isEqualTo(9);
    assertThat(server.agent(10).runs).as("pinned to web").isEqualTo("new");
    assertThat(server.agent(1).runs).as("pinned to web v1").isEqualTo("old");
    assertThat(server.agent(0).runs).as("pinned to high").isEqualTo("high");
    assertThat(server.running("high")).isEqualTo(10);
  }

  @Test
  void whoIsPinnedElsewhereMeanwhileIsNotWaitedFor() {
    server.add(4, Map.of());
    server.write("old", Going.LIVE);
    server.pass(Duration.ofSeconds(1));
    server.write("new", Going.DRAFT);
    server.agent(2).silent = true;
    server.desk.start(server.request(ALL), "me");
    server.pass(Duration.ofSeconds(2));
    assertThat(server.report().kept().state().phase()).isEqualTo(RolloutPhase.RUNNING);

    pin(2, new Pin("web", Optional.of(1L)));
    server.pass(Duration.ofSeconds(3));

    assertThat(server.report().kept().state().phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(server.report().progress().get(0).agents()).isEqualTo(3);
  }

  private void pin(int agent, Pin pin) {
    server.agent(agent).note = new AgentNote(server.agent(agent).note.labels(), Optional.of(pin));
  }
}
