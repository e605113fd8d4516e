package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The packaged server under 2,000 agents that leave, die, freeze, come back, read slowly, speak
 * rubbish and use each other's uids, while their configuration changes. {@code -Dnoise.seed=}
 * chooses what happens to whom.
 */
class FleetNoiseIT {
  private static final long SEED = Long.getLong("noise.seed", 1);
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration TTL = Duration.ofSeconds(6);
  private static final Duration SWEEP = Duration.ofSeconds(1);
  private static final Duration NOISE = Duration.ofSeconds(12);

  /** What a busy machine may add to any deadline. */
  private static final Duration SLACK = Duration.ofSeconds(10);

  private static final int CHANGES = 4;

  /** So many requests in a row make all the threads that REST may have. */
  private static final int REST_THREADS = 20;

  private static final String CONFIGURATION = "/api/v1/configurations/fleet";
  private static final long MEBIBYTE = 1024 * 1024;

  /** The JDK's own for asynchronous files: up to one for each connection to H2, ended when idle. */
  private static final String FILE_THREADS = "Thread-#";

  @TempDir Path folder;

  @Test
  void afterTheNoiseEveryAgentIsInItsRightStateAndNothingHasLeaked() {
    try (ServerProcess server = start();
        ServerVitals.Monitor monitor = new ServerVitals.Monitor(server.pid());
        Swarm swarm = new Swarm(server.port(), INTERVAL, SEED)) {
      Rest rest = new Rest(server.url());
      String first = rest.post("/api/v1/configurations", configuration(0)).get("hash").asText();
      FleetNoise fleet = swarm.on(() -> new FleetNoise(swarm, NOISE, SEED));
      ServerVitals before = warmedUp(first, rest, swarm, fleet, monitor);

      swarm.run(fleet::join);
      swarm.awaitJoined(fleet.all());
      CompletableFuture<Void> noise = swarm.on(fleet::begin);
      for (int change = 1; change < CHANGES; change++) {
        Swarm.within(swarm.after(NOISE.dividedBy(CHANGES), () -> {}), "a pause");
        rest.put(CONFIGURATION, configuration(change));
      }
      Swarm.within(noise, "the noise");
      String wanted = rest.put(CONFIGURATION, configuration(CHANGES)).get("hash").asText();

      rest.awaitFleet(
          "every agent is in its right state",
          TTL.plus(SWEEP).plus(SLACK),
          shown -> wrong(expected(swarm, fleet), wanted, shown));
      assertThat(swarm.on(() -> sharedUids(fleet))).as("uids used by two").isEmpty();
      assertThat(swarm.faults()).isEmpty();

      swarm.run(fleet::leave);
      awaitEmpty(rest);
      awaitNoMoreThan(before, monitor);
      assertThat(swarm.faults()).isEmpty();
    } catch (AssertionError e) {
      throw new AssertionError("with -Dnoise.seed=" + SEED + ": " + e.getMessage(), e);
    }
  }

  private ServerProcess start() {
    return ServerProcess.jar(
            folder,
            "--server.port=0",
            // Nobody goes there: it is what allows an interval to be offered.
            "--agents.endpoint=ws://127.0.0.1:4320/v1/opamp",
            "--agents.heartbeat-interval=" + INTERVAL.toSeconds() + "s",
            "--agents.heartbeat-ttl=" + TTL.toSeconds() + "s",
            "--agents.server-heartbeat-ttl=" + TTL.toSeconds() + "s",
            "--agents.heartbeat-expiry-interval=" + SWEEP.toSeconds() + "s",
            "--agents.duplicate-probe-timeout=1s",
            "--agents.accept-rate=10000",
            "--agents.min-retry-after=1s")
        .with(Map.of("JAVA_TOOL_OPTIONS", "-Xmx512m -XX:NativeMemoryTracking=summary"))
        .start();
  }

  /** What the server holds when all have been there once, and nobody is there any more. */
  private static ServerVitals warmedUp(
      String wanted, Rest rest, Swarm swarm, FleetNoise fleet, ServerVitals.Monitor monitor) {
    swarm.run(fleet::join);
    swarm.awaitJoined(fleet.all());
    rest.awaitFleet(
        "all have the first configuration",
        SLACK.multipliedBy(3),
        shown -> wrong(expected(swarm, fleet), wanted, shown));
    swarm.run(fleet::leave);
    awaitEmpty(rest);
    for (int i = 0; i < REST_THREADS; i++) {
      rest.get("/api/v1/status");
    }
    monitor.take();
    return monitor.take();
  }

  private static void awaitEmpty(Rest rest) {
    rest.awaitFleet(
        "all are disconnected",
        TTL.plus(SWEEP).plus(SLACK),
        shown ->
            shown.values().stream()
                .filter(agent -> !agent.get("state").asText().equals("Disconnected"))
                .map(FleetNoiseIT::brief)
                .toList());
  }

  private static Map<String, String> expected(Swarm swarm, FleetNoise fleet) {
    return swarm.on(() -> expected(fleet));
  }

  /** The state in which each agent must be shown, by uid. */
  private static Map<String, String> expected(FleetNoise fleet) {
    Map<String, String> states = new LinkedHashMap<>();
    for (SwarmAgent agent : fleet.all()) {
      states.put(
          agent.uid().toString(), fleet.gone().contains(agent) ? "Disconnected" : "Connected");
    }
    return states;
  }

  private static List<String> sharedUids(FleetNoise fleet) {
    return fleet.all().stream().collect(Collectors.groupingBy(SwarmAgent::uid)).values().stream()
        .filter(agents -> agents.size() > 1)
        .map(Object::toString)
        .toList();
  }

  private static List<String> wrong(
      Map<String, String> expected, String wanted, Map<String, JsonNode> shown) {
    List<String> wrong = new ArrayList<>();
    expected.forEach(
        (uid, state) -> {
          JsonNode agent = shown.get(uid);
          if (agent == null) {
            wrong.add(uid + " is not listed");
          } else if (!agent.get("state").asText().equals(state)) {
            wrong.add(uid + " should be " + state + ": " + brief(agent));
          } else if (state.equals("Connected") && !hasApplied(wanted, agent)) {
            wrong.add(uid + " has not the last configuration: " + brief(agent));
          }
        });
    shown.forEach(
        (uid, agent) -> {
          if (!expected.containsKey(uid)) {
            wrong.add(uid + " is nobody: " + brief(agent));
          }
        });
    return wrong;
  }

  private static String brief(JsonNode agent) {
    return "%s since %s (%s), seen %s over %s from %s"
        .formatted(
            agent.path("state").asText(),
            agent.path("stateSince").asText(),
            agent.path("reason").asText(),
            agent.path("lastSeen").asText(),
            agent.path("transport").asText(),
            agent.path("remoteAddress").asText());
  }

  private static boolean hasApplied(String wanted, JsonNode agent) {
    return agent.at("/target/hash").asText().equals(wanted)
        && agent.at("/remoteConfigStatus/hash").asText().equals(wanted)
        && agent.at("/remoteConfigStatus/status").asText().equals("APPLIED");
  }

  /**
   * Margins: two descriptors for connections of this test's own; 10 MiB of heap, since the
   * impostors are agents now and the journal has filled up with its 10,000 events; 16 MiB outside
   * the heap, which is how much the pool of buffers breathes.
   */
  private static void awaitNoMoreThan(ServerVitals before, ServerVitals.Monitor monitor) {
    Awaitility.await("the server holds no more than before: " + before)
        .atMost(SLACK.multipliedBy(3))
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> {
              ServerVitals after = monitor.take();
              after
                  .threads()
                  .forEach(
                      (kind, count) ->
                          assertThat(count)
                              .as("threads of kind " + kind)
                              .isLessThanOrEqualTo(
                                  before.threads().getOrDefault(kind, 0)
                                      + (kind.equals(FILE_THREADS) ? 8 : 2)));
              assertThat(after.openFiles())
                  .as("open files")
                  .isLessThanOrEqualTo(before.openFiles() + 2);
              assertThat(after.heapBytes())
                  .as("heap")
                  .isLessThan(before.heapBytes() + 10 * MEBIBYTE);
              assertThat(after.nativeBytes())
                  .as("native memory")
                  .isLessThan(before.nativeBytes() + 16 * MEBIBYTE);
            });
  }

  private static Map<String, Object> configuration(int change) {
    return Map.of(
        "name",
        "fleet",
        "selector",
        "service.name=fleet",
        "files",
        Map.of("collector.yaml", Map.of("body", "change: " + change + "\n" + "#".repeat(2_000))));
  }
}
