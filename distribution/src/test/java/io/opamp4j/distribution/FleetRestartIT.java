package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The packaged server is stopped, and killed, under 2,000 agents that all come back at once. It
 * takes them in as fast as it may: whoever is refused is told another time than the others, comes
 * then, and is not refused again.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(
    value = Backend.class,
    names = {"H2", "REDIS"})
class FleetRestartIT {
  private static final int AGENTS = 2_000;
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration DRAIN = Duration.ofSeconds(4);

  /**
   * Nobody comes back sooner. It must be longer than the drain, and than the agents' own waits in
   * front of a server that is not there yet: who comes for the first time and who was told to come
   * now cannot be told apart.
   */
  private static final Duration RETURN = Duration.ofSeconds(5);

  private static final String CONFIGURATION = "/api/v1/configurations/fleet";
  private static final int GOING_AWAY = 1001;

  @TempDir Path folder;

  @Parameter Backend backend;

  private Backend.Place storage;
  private int port;
  private Swarm swarm;
  private List<SwarmSocket> sockets;

  @BeforeEach
  void findAPort() {
    storage = backend.at(folder);
    try (ServerProcess first = server(0, 1_000)) {
      port = first.port();
    }
    swarm = new Swarm(port, HEARTBEAT, 1);
    sockets =
        swarm.on(
            () -> {
              List<SwarmSocket> all = new ArrayList<>();
              for (int i = 0; i < AGENTS; i++) {
                all.add(swarm.socket(List.of(swarm.agent("fleet", SwarmAgent.CONFIGURABLE))));
              }
              return all;
            });
  }

  @AfterEach
  void disband() {
    swarm.close();
    storage.close();
  }

  @Test
  void aKilledServerIsFilledAgainWithoutASecondWaveOfRefusals() {
    int rate = 200;
    List<Integer> none = countRefusals();
    String wanted;
    List<CompletableFuture<Void>> ended;
    try (ServerProcess server = server(port, 10_000)) {
      server.url();
      wanted = fill(new Rest(server.url()));
      assertThat(refusalsSince(none)).as("refusals at a rate that nobody reaches").isEmpty();
      ended = swarm.on(() -> sockets.stream().map(SwarmSocket::ended).toList());
      server.kill();
    }
    Swarm.awaitAll(ended, "the ends of the connections");

    try (ServerProcess server = server(port, rate)) {
      awaitWhole(new Rest(server.url()), wanted);
      List<SwarmSocket.Refusal> refusals = refusalsSince(none);
      assertSpread(refusals, rate);
      assertThat(refusals.size()).as("a herd came").isGreaterThan(AGENTS / 4);
      assertAtMostOneSince(none);
      assertThat(swarm.faults()).isEmpty();
    }
  }

  @Test
  void aStoppedServerSendsItsFleetAwayInSlicesAndGetsItBackWhole() {
    int rate = 400;
    List<Integer> none = countRefusals();
    String wanted;
    try (ServerProcess server = server(port, rate)) {
      server.url();
      wanted = fill(new Rest(server.url()));
      assertAtMostOneSince(none);
      List<Integer> before = countRefusals();
      List<CompletableFuture<Void>> ended =
          swarm.on(() -> sockets.stream().map(SwarmSocket::ended).toList());

      ServerProcess.Result result = server.terminate();

      assertThat(result.exitCode()).as(result.err()).isEqualTo(143);
      Swarm.awaitAll(ended, "the ends of the connections");
      assertInSlices();
      assertAtMostOneSince(before);
      assertSpread(refusalsSince(before), rate);
    }

    List<Integer> before = countRefusals();
    try (ServerProcess server = server(port, rate)) {
      awaitWhole(new Rest(server.url()), wanted);
      assertAtMostOneSince(before);
      assertThat(swarm.faults()).isEmpty();
    }
  }

  private ServerProcess server(int onPort, int acceptRate) {
    return ServerProcess.jar(
            folder,
            "--server.port=" + onPort,
            "--server.drain-timeout=" + DRAIN.toSeconds() + "s",
            "--agents.accept-rate=" + acceptRate,
            "--agents.min-retry-after=" + RETURN.toSeconds() + "s")
        .with(storage.environment())
        .start();
  }

  /**
   * Lets all agents connect and take a configuration, and changes it at the very end.
   *
   * @return the hash of what was written last
   */
  private String fill(Rest rest) {
    swarm.run(() -> sockets.forEach(SwarmSocket::join));
    String first = rest.post("/api/v1/configurations", configuration(1)).get("hash").asText();
    awaitWhole(rest, first);
    return rest.put(CONFIGURATION, configuration(2)).get("hash").asText();
  }

  /** Waits until all agents, and nobody else, are connected and have applied what is wanted. */
  private void awaitWhole(Rest rest, String wanted) {
    swarm.awaitJoined(swarm.on(() -> sockets.stream().flatMap(s -> s.agents().stream()).toList()));
    List<String> uids =
        swarm.on(
            () ->
                sockets.stream()
                    .flatMap(socket -> socket.agents().stream())
                    .map(agent -> agent.uid().toString())
                    .toList());
    rest.awaitFleet(
        "the fleet is whole",
        PATIENCE,
        shown -> {
          List<String> wrong = new ArrayList<>();
          uids.stream().filter(uid -> !Rest.runs(shown.get(uid), wanted)).forEach(wrong::add);
          if (shown.size() != uids.size()) {
            wrong.add(shown.size() + " agents are listed");
          }
          return wrong;
        });
  }

  /** All refusals since they were counted. */
  private List<SwarmSocket.Refusal> refusalsSince(List<Integer> before) {
    return swarm.on(
        () -> {
          List<SwarmSocket.Refusal> since = new ArrayList<>();
          for (int i = 0; i < AGENTS; i++) {
            List<SwarmSocket.Refusal> all = sockets.get(i).refusals();
            since.addAll(all.subList(before.get(i), all.size()));
          }
          return since;
        });
  }

  /** How often each agent has been refused. */
  private List<Integer> countRefusals() {
    return swarm.on(() -> sockets.stream().map(socket -> socket.refusals().size()).toList());
  }

  private void assertAtMostOneSince(List<Integer> before) {
    List<Integer> now = countRefusals();
    for (int i = 0; i < AGENTS; i++) {
      assertThat(now.get(i) - before.get(i)).as("refusals of one agent").isBetween(0, 1);
    }
  }

  /**
   * They come back over at least half of the time that the rate gives them: half, because when an
   * agent hears of its refusal is up to the machine. {@code ReturningHerdTest} knows to the second.
   */
  private static void assertSpread(List<SwarmSocket.Refusal> refusals, int rate) {
    Map<Integer, Long> bySecond =
        refusals.stream()
            .map(SwarmSocket.Refusal::seconds)
            .collect(Collectors.groupingBy(s -> s, TreeMap::new, Collectors.counting()));
    System.out.println("Retry-After in seconds, and how many were told so: " + bySecond);
    assertThat(bySecond.keySet()).allMatch(seconds -> seconds >= RETURN.toSeconds());
    long[] back = refusals.stream().mapToLong(SwarmSocket.Refusal::back).sorted().toArray();
    if (back.length > 0) {
      assertThat(Duration.ofNanos(back[back.length - 1] - back[0]))
          .as("from the first return to the last")
          .isGreaterThanOrEqualTo(Duration.ofSeconds(refusals.size() / rate / 2));
    }
  }

  /** Every agent got a Close frame, and many others were still served after the first of them. */
  private void assertInSlices() {
    List<SwarmSocket.Close> closes =
        swarm.on(() -> sockets.stream().flatMap(s -> s.closes().stream()).toList());
    assertThat(closes).hasSize(AGENTS).allMatch(close -> close.code() == GOING_AWAY);
    long first = closes.stream().mapToLong(SwarmSocket.Close::answersBefore).min().orElseThrow();
    long last = closes.stream().mapToLong(SwarmSocket.Close::answersBefore).max().orElseThrow();
    assertThat(last - first).as("answers between first and last Close").isGreaterThan(AGENTS / 2);
  }

  private static Map<String, Object> configuration(int version) {
    return Map.of(
        "name",
        "fleet",
        "selector",
        "service.name=fleet",
        "files",
        Map.of("collector.yaml", Map.of("body", "version: " + version)));
  }
}
