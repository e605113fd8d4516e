package io.opamp4j.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is kept of a rollout stays small. */
class LargeRolloutTest {

  @Test
  void whatIsKeptDoesNotGrowWithTheFleet() {
    List<AgentView> agents = agents(100_000);
    RolloutPlan plan = RolloutPlan.paced(new Pacing(1000, 10, 10_000, Duration.ofSeconds(5)));
    RolloutStep step = RolloutMachine.start(plan, Drill.TARGET, 1, agents, "alice", Drill.T0);
    int released = 0;
    Duration time = Duration.ZERO;
    while (step.state().phase() == RolloutPhase.RUNNING) {
      assertThat(RolloutCodec.encode(step.state()).size()).isLessThan(300);
      for (InstanceUid uid : step.retarget()) {
        step =
            RolloutMachine.agentChanged(
                step.rollout(),
                new AgentView(uid, 0, true, true, Reported.APPLIED, true, ""),
                Drill.T0.plus(time));
        assertThat(step.durable()).as("what agents do as expected is not kept").isFalse();
        released++;
      }
      time = time.plusSeconds(30);
      step = RolloutMachine.tick(step.rollout(), Drill.T0.plus(time));
    }
    assertThat(step.state().phase()).isEqualTo(RolloutPhase.DONE);
    assertThat(released).isEqualTo(100_000);
  }

  @Test
  void aCatastropheIsNotedUpToABoundAndNobodyIsOfferedTheVersionAgain() {
    int size = Faults.MOST + 500;
    Drill drill = Drill.with(0);
    drill.agents.addAll(agents(size));
    drill.start(RolloutPlan.all().with(ErrorLimit.percent(100)));
    for (int i = 0; i < size; i++) {
      RolloutState before = drill.rollout.state();
      drill.says(i, Reported.FAILED, "error number " + i + " " + "x".repeat(1000));
      if (i >= Faults.MOST) {
        assertThat(drill.rollout.state()).as("nothing is copied for it").isSameAs(before);
      }
    }
    assertThat(drill.phase()).isEqualTo(RolloutPhase.PAUSED);
    Faults faults = drill.rollout.state().faults();
    assertThat(faults.failures()).hasSize(Faults.MOST);
    Set<String> texts = new HashSet<>();
    faults.failures().values().forEach(failure -> texts.add(failure.text()));
    assertThat(texts).hasSizeLessThanOrEqualTo(65).allMatch(text -> text.length() <= 200);
    ByteString kept = RolloutCodec.encode(drill.rollout.state());
    assertThat(kept.size()).isLessThan(256 * 1024);
    for (int i = 0; i < size; i++) {
      assertThat(drill.version(i)).isEqualTo(Version.WITHHELD);
    }
    assertThat(drill.resume().phase()).as("no room for more errors").isEqualTo(RolloutPhase.PAUSED);

    drill.restart();
    for (int i = 0; i < size; i++) {
      drill.there(i, true);
    }
    assertThat(drill.rollout.progress().get(0).failed()).isEqualTo(size);
    drill.retryFailed();
    int offered = 0;
    for (int i = 0; i < size; i++) {
      offered += drill.version(i) == Version.NEW ? 1 : 0;
    }
    assertThat(offered).as("the others can be retried next time").isEqualTo(Faults.MOST);
    assertThat(drill.rollout.state().faults().failures()).hasSize(500);
    drill.after(Drill.DEADLINE);
    for (int i = 0; i < size; i++) {
      assertThat(drill.version(i)).isEqualTo(Version.WITHHELD);
    }
  }

  private static List<AgentView> agents(int count) {
    List<AgentView> agents = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      agents.add(new AgentView(new InstanceUid(7, i), 0, true, true, Reported.OTHER, true, ""));
    }
    return agents;
  }
}
