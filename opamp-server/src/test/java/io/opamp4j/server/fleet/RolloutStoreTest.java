package io.opamp4j.server.fleet;

import static io.opamp4j.server.fleet.FleetFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.rollout.AgentView;
import io.opamp4j.core.rollout.ErrorLimit;
import io.opamp4j.core.rollout.Pacing;
import io.opamp4j.core.rollout.Reported;
import io.opamp4j.core.rollout.Rollout;
import io.opamp4j.core.rollout.RolloutEvent;
import io.opamp4j.core.rollout.RolloutEvent.Kind;
import io.opamp4j.core.rollout.RolloutMachine;
import io.opamp4j.core.rollout.RolloutPhase;
import io.opamp4j.core.rollout.RolloutPlan;
import io.opamp4j.core.rollout.RolloutStep;
import io.opamp4j.core.rollout.StageProgress;
import io.opamp4j.core.rollout.Trait;
import io.opamp4j.storage.DocumentStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RolloutStoreTest {
  private final DocumentStore documents = FleetFixture.documents();
  private final RolloutStore store = new RolloutStore(documents);

  @Test
  void givesBackWhatItWasGiven() {
    ConfigurationRollout rollout =
        planned(List.of())
            .after(
                planned(List.of()).state(), List.of(new RolloutEvent(NOW, Kind.STEP, "a \"step\"")))
            .telling(
                List.of(new StageProgress("rest", 8, 7, 6, 5, 4, 3, 2)),
                List.of(new Trait("os.type", "wín", 5, 5, 1, 90, 31.5)));

    ConfigurationRollout written = store.put(rollout);

    assertThat(written).isEqualTo(rollout.at(1));
    assertThat(store.find("web")).contains(written);
  }

  @Test
  void readsWhatWasKeptBeforeNumbersAndTraitsWere() {
    store.put(planned(List.of()));
    ByteString old =
        ByteString.copyFromUtf8(
            documents
                .find(RolloutStore.KIND, "web")
                .orElseThrow()
                .body()
                .toStringUtf8()
                .replace(",\"progress\":[],\"traits\":[]", ""));
    assertThat(old.toStringUtf8()).doesNotContain("progress");
    documents.put(RolloutStore.KIND, "web", old, 1);

    assertThat(store.find("web").orElseThrow().chronicle()).isEqualTo(RolloutChronicle.EMPTY);
  }

  @Test
  void failuresOfAgentsDoNotCrowdOutWhatHappenedToTheRollout() {
    ConfigurationRollout rollout = planned(List.of());
    List<RolloutEvent> others = events(Kind.STEP, 150);
    rollout = rollout.after(rollout.state(), others);
    rollout = rollout.after(rollout.state(), events(Kind.AGENT_FAILED, 60));
    assertThat(rollout.chronicle().events()).hasSize(RolloutChronicle.MOST_EVENTS);
    rollout = rollout.after(rollout.state(), events(Kind.AGENT_FAILED, 5_000));

    List<RolloutEvent> kept = rollout.chronicle().events();
    assertThat(kept).hasSize(RolloutChronicle.MOST_EVENTS).startsWith(others.get(0));
    assertThat(kept).containsAll(others);
    assertThat(kept.get(199).text()).as("the latest failures stay").isEqualTo("event 4999");

    rollout = rollout.after(rollout.state(), events(Kind.STEP, 500));
    assertThat(rollout.chronicle().events())
        .hasSize(RolloutChronicle.MOST_EVENTS)
        .allMatch(event -> event.kind() == Kind.STEP);
    assertThat(rollout.chronicle().events().get(199).text()).isEqualTo("event 499");
  }

  /** Everything is as it should be but for one agent in a thousand, and one in ten is away. */
  @ParameterizedTest
  @ValueSource(ints = {10_000, 100_000})
  void theDocumentDoesNotGrowWithTheFleet(int size) {
    List<AgentView> agents = agents(size);
    RolloutPlan plan =
        RolloutPlan.paced(new Pacing(size / 100, 10, size / 10, Duration.ofSeconds(5)))
            .with(Duration.ZERO, Duration.ofMinutes(1))
            .with(ErrorLimit.percent(50));
    RolloutStep step = RolloutMachine.start(plan, target(), 1, agents, "me", NOW);
    ConfigurationRollout kept = store.put(planned(agents).after(step.state(), step.events()));
    Instant now = NOW;
    int largest = 0;
    while (step.state().phase() == RolloutPhase.RUNNING) {
      List<RolloutEvent> events = new ArrayList<>();
      for (InstanceUid uid : step.retarget()) {
        boolean fails = uid.leastSignificant() % 1000 == 1;
        AgentView says =
            new AgentView(
                uid,
                0,
                true,
                true,
                fails ? Reported.FAILED : Reported.APPLIED,
                true,
                fails ? "unknown exporter otlp/x on " + uid : "");
        step = RolloutMachine.agentChanged(step.rollout(), says, now);
        events.addAll(step.events());
      }
      now = now.plusSeconds(30);
      step = RolloutMachine.tick(step.rollout(), now);
      events.addAll(step.events());
      kept = store.put(kept.after(step.state(), events));
      largest = Math.max(largest, bytes());
    }

    assertThat(step.state().phase()).isEqualTo(RolloutPhase.DONE);
    int failures = step.state().faults().failures().size();
    assertThat(failures).isBetween(size / 1_200, size / 1_000);
    // Events and texts of failures are bounded; each failure is a uid, a time and a number.
    assertThat(largest).as("%d failures", failures).isLessThan(50_000 + 70 * failures);
  }

  @Test
  void notEvenACatastropheAmongAHundredThousandMakesItLarge() {
    List<AgentView> agents = agents(100_000);
    RolloutPlan plan = RolloutPlan.all().with(ErrorLimit.percent(100));
    Rollout rollout = RolloutMachine.start(plan, target(), 1, agents, "me", NOW).rollout();
    ConfigurationRollout kept = planned(agents);
    List<RolloutEvent> events = new ArrayList<>();
    for (AgentView agent : agents) {
      String error = "error of " + agent.uid() + " " + "x".repeat(500);
      RolloutStep step =
          RolloutMachine.agentChanged(
              rollout,
              new AgentView(agent.uid(), 0, true, true, Reported.FAILED, true, error),
              NOW.plusSeconds(1));
      rollout = step.rollout();
      events.addAll(step.events());
    }
    store.put(kept.after(rollout.state(), events));
    assertThat(rollout.state().phase()).isEqualTo(RolloutPhase.PAUSED);
    assertThat(bytes()).isLessThan(384 * 1024);
  }

  private int bytes() {
    return documents.find(RolloutStore.KIND, "web").orElseThrow().body().size();
  }

  private static List<RolloutEvent> events(Kind kind, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new RolloutEvent(NOW, kind, "event " + i))
        .toList();
  }

  private static List<AgentView> agents(int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                new AgentView(
                    new InstanceUid(7, i), 0, i % 10 != 0, true, Reported.OTHER, true, ""))
        .toList();
  }

  private static ByteString target() {
    return ByteString.copyFromUtf8("hash");
  }

  private static ConfigurationRollout planned(List<AgentView> agents) {
    Configuration web = FleetFixture.configuration("web", "", 0);
    return ConfigurationRollout.planned(
        web,
        1,
        web,
        List.of(),
        "me",
        RolloutMachine.start(RolloutPlan.standard(), target(), 1, agents, "me", NOW).state(),
        0);
  }
}
