package io.opamp4j.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.InstanceUid;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A tick at any frequency gives the same result. */
class RolloutTimingTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final int SECONDS = 600;

  private record Input(Instant at, AgentView view) {}

  private record Outcome(RolloutState state, List<RolloutEvent> events) {}

  @Test
  void moreTicksThanAreAskedForChangeNothing() {
    int busy = 0;
    for (long seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      RolloutPlan plan =
          RolloutPlan.progressive(
                  List.of(new Stage("canary", new Pacing(1, 2, 3, Duration.ofSeconds(3)))),
                  new Pacing(2, 2, 8, Duration.ofSeconds(7)))
              .with(Duration.ofSeconds(random.nextInt(20)), Duration.ofSeconds(60))
              .with(ErrorLimit.agents(1 + random.nextInt(4)));
      List<AgentView> agents = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        agents.add(view(random, i));
      }
      List<Input> inputs = new ArrayList<>();
      for (int ms = 0; ms < SECONDS * 1000; ms += random.nextInt(5000)) {
        inputs.add(new Input(START.plusMillis(ms), view(random, random.nextInt(13))));
      }
      Outcome asAsked = run(plan, agents, inputs, Optional.empty());
      Outcome often = run(plan, agents, inputs, Optional.of(new Random(-seed)));
      assertThat(often).as("seed %d", seed).isEqualTo(asAsked);
      busy += asAsked.events().size();
    }
    assertThat(busy).as("something happens").isGreaterThan(5000);
  }

  private static Outcome run(
      RolloutPlan plan, List<AgentView> agents, List<Input> inputs, Optional<Random> more) {
    List<RolloutEvent> events = new ArrayList<>();
    RolloutStep step = RolloutMachine.start(plan, Drill.TARGET, 1, agents, "alice", START);
    events.addAll(step.events());
    Instant now = START;
    for (Input input : inputs) {
      while (true) {
        Instant next = step.wakeUp().filter(due -> due.isBefore(input.at())).orElse(input.at());
        if (more.isPresent() && more.get().nextBoolean()) {
          Instant between = now.plusMillis(more.get().nextInt(3000));
          next = between.isBefore(next) ? between : next;
        }
        now = next;
        if (!now.isBefore(input.at())) {
          break;
        }
        step = RolloutMachine.tick(step.rollout(), now);
        events.addAll(step.events());
      }
      step = RolloutMachine.agentChanged(step.rollout(), input.view(), input.at());
      events.addAll(step.events());
      if (step.state().phase() == RolloutPhase.PAUSED) {
        step = RolloutMachine.resume(step.rollout(), "alice", input.at());
      } else if (step.state().phase() == RolloutPhase.WAITING) {
        step = RolloutMachine.continueStage(step.rollout(), "alice", input.at());
      }
      events.addAll(step.events());
    }
    return new Outcome(step.state(), events);
  }

  private static AgentView view(Random random, int number) {
    Reported reported =
        switch (random.nextInt(8)) {
          case 0 -> Reported.FAILED;
          case 1, 2, 3, 4 -> Reported.APPLIED;
          default -> Reported.OTHER;
        };
    return new AgentView(
        new InstanceUid(7, number),
        number % 3 == 0 ? 0 : 1,
        random.nextInt(6) > 0,
        random.nextInt(12) > 0,
        reported,
        random.nextInt(8) > 0,
        "");
  }
}
