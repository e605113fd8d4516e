package io.opamp4j.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.rollout.RolloutPhase;
import io.opamp4j.core.rollout.RolloutPlan;
import io.opamp4j.core.rollout.StageProgress;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.FleetEditor.Going;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who joins a rollout that is on its way, and who leaves it. */
final class RolloutAudienceTest {
  private static final RolloutPlan ALL =
      RolloutPlan.all().with(Duration.ZERO, Duration.ofSeconds(30));
  private static final RolloutPlan STANDARD =
      RolloutPlan.standard().with(Duration.ZERO, Duration.ofSeconds(30));

  private final RolloutFixture server = new RolloutFixture();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void nobodyWaitsForAnAgentThatABetterConfigurationTookAndItComesBackWhenThatIsGone() {
    server.add(9, Map.of());
    server.add(1, Map.of("who", "lone"));
    begin(ALL);
    server.agent(9).silent = true;
    server.pass(Duration.ofSeconds(3));
    assertThat(phase("web")).isEqualTo(RolloutPhase.RUNNING);

    server.write("top", "who=lone", 10, "top", Going.LIVE);
    server.agent(9).silent = false;
    server.pass(Duration.ofSeconds(2));
    assertThat(phase("web")).isEqualTo(RolloutPhase.DONE);
    assertThat(server.agent(9).runs).isEqualTo("top");
    assertThat(total()).isEqualTo(9);

    server.editor.remove("top");
    server.pass(Duration.ofSeconds(2));
    assertThat(server.agent(9).runs).isEqualTo("new");
  }

  @Test
  void aPriorityThatChangesTakesAgentsOutOfARunningRollout() {
    server.add(30, Map.of("app", "x"));
    server.write("base", "app=x", -1, "base", Going.LIVE);
    begin(STANDARD);
    server.pass(Duration.ofSeconds(1));
    assertThat(server.running("new")).isEqualTo(3);

    server.write("base", "app=x", 1, "base 2", Going.LIVE);
    server.pass(Duration.ofSeconds(6));

    assertThat(server.running("base 2")).isEqualTo(30);
    assertThat(phase("web")).isEqualTo(RolloutPhase.DONE);
    assertThat(total()).isZero();
    assertThat(server.report().kept().state().faults().failures()).isEmpty();
  }

  @Test
  void whoJoinsIsReleasedWithItsPlaceAndJudgedLikeTheOthers() {
    server.add(100, Map.of("app", "web"));
    server.add(100, Map.of());
    server.write("web", "app=web", 0, "old", Going.LIVE);
    server.pass(Duration.ofSeconds(1));
    server.write("web", "app=web", 0, "new", Going.DRAFT);
    server.desk.start(server.request(STANDARD), "me");
    server.pass(Duration.ofSeconds(6));
    assertThat(server.running("new")).isEqualTo(18);

    server.agents().forEach(agent -> agent.note = AgentNote.ofLabels(Map.of("app", "web")));
    server.pass(Duration.ofSeconds(2));
    assertThat(server.running("new")).as("about a fifth of the newcomers").isBetween(19L, 60L);
    assertThat(server.running("old")).isEqualTo(200 - server.running("new"));
    assertThat(total()).isEqualTo(200);
    server.pass(Duration.ofSeconds(30));

    assertThat(server.running("new")).isEqualTo(200);
    assertThat(phase("web")).isEqualTo(RolloutPhase.DONE);
  }

  /** There is nothing that such an agent could apply, so waiting for it would end in an error. */
  @Test
  void whomOnlyTheOldVersionIsForLosesItWithItsTurnAndIsNoError() {
    server.add(10, Map.of("env", "prod"));
    server.add(10, Map.of("env", "dev"));
    settle();
    server.write("web", "env=prod", 0, "new", Going.DRAFT);

    server.desk.start(server.request(ALL), "me");
    assertThat(total()).isEqualTo(10);
    server.pass(Duration.ofMinutes(1));

    assertThat(phase("web")).isEqualTo(RolloutPhase.DONE);
    assertThat(server.report().kept().state().faults().failures()).isEmpty();
    assertThat(server.running("new")).isEqualTo(10);
    assertThat(server.target(server.agent(15)).offers().hasRemoteConfig()).isFalse();
  }

  @Test
  void anAgentThatMovesFromOneRolloutToAnotherEndsWithTheOthersVersion() {
    server.add(40, Map.of("app", "web"));
    server.add(40, Map.of("app", "api"));
    for (String name : new String[] {"web", "api"}) {
      server.write(name, "app=" + name, 0, name + " old", Going.LIVE);
    }
    server.pass(Duration.ofSeconds(1));
    for (String name : new String[] {"web", "api"}) {
      server.write(name, "app=" + name, 0, name + " new", Going.DRAFT);
      server.desk.start(server.requestOf(name, STANDARD), "me");
    }
    server.pass(Duration.ofSeconds(1));
    RolloutFixture.Agent released =
        server.agents().filter(agent -> agent.runs.equals("web new")).findFirst().orElseThrow();
    RolloutFixture.Agent waiting =
        server.agents().filter(agent -> agent.runs.equals("web old")).findFirst().orElseThrow();
    RolloutFixture.Agent asked =
        server.agents().filter(agent -> agent.runs.equals("api old")).findFirst().orElseThrow();
    asked.silent = true;

    released.note = AgentNote.ofLabels(Map.of("app", "api"));
    waiting.note = AgentNote.ofLabels(Map.of("app", "api"));
    server.pass(Duration.ofSeconds(20));
    asked.note = AgentNote.ofLabels(Map.of("app", "web"));
    asked.silent = false;
    server.pass(Duration.ofSeconds(20));

    for (String name : new String[] {"web", "api"}) {
      assertThat(phase(name)).as(name).isEqualTo(RolloutPhase.DONE);
      assertThat(server.report(name).kept().state().faults().failures()).as(name).isEmpty();
    }
    assertThat(released.runs).isEqualTo("api new");
    assertThat(waiting.runs).isEqualTo("api new");
    assertThat(asked.runs).isEqualTo("web new");
    assertThat(server.running("web new")).isEqualTo(39);
    assertThat(server.running("api new")).isEqualTo(41);
  }

  private void begin(RolloutPlan plan) {
    settle();
    server.write("new", Going.DRAFT);
    server.desk.start(server.request(plan), "me");
  }

  private void settle() {
    server.write("old", Going.LIVE);
    server.pass(Duration.ofSeconds(1));
  }

  private int total() {
    return server.report().progress().stream().mapToInt(StageProgress::agents).sum();
  }

  private RolloutPhase phase(String name) {
    return server.report(name).kept().state().phase();
  }
}
