package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rollouts on three packaged servers with one Redis: begun, steered and looked at through any of
 * them, while the one that drives them is killed in the middle of a stage. {@code -Drollout.seed=}
 * chooses where agents go.
 */
class RolloutFailoverIT {
  private static final long SEED = Long.getLong("rollout.seed", 1);
  private static final int NODES = 3;
  private static final Map<String, Integer> GROUPS = Map.of("canary", 20, "early", 50, "rest", 80);
  private static final int POLLERS_OF_TEN = 1;
  private static final int BAD = 8;
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final String FLEET = "/api/v1/configurations/fleet";
  private static final String ROLLOUT = FLEET + "/rollout";

  @TempDir Path folder;

  private final List<ServerProcess> servers = new ArrayList<>();
  private final List<Rest> rest = new ArrayList<>();
  private final List<Integer> ports = new ArrayList<>();
  private final Map<String, List<CrewAgent>> groups = new HashMap<>();
  private final List<CrewAgent> crew = new ArrayList<>();
  private RedisProcess redis;
  private Swarm swarm;

  @BeforeEach
  void start() {
    redis = RedisProcess.start(folder.resolve("redis"));
    ports.addAll(Ports.free(NODES));
    for (int node = 0; node < NODES; node++) {
      servers.add(server(node));
      rest.add(new Rest(URI.create("http://127.0.0.1:" + ports.get(node))));
    }
    servers.forEach(ServerProcess::url);
    swarm = new Swarm(ports, INTERVAL, SEED);
  }

  @AfterEach
  void stop() {
    swarm.close();
    servers.forEach(ServerProcess::close);
    redis.close();
  }

  @Test
  void aRolloutOutlivesTheNodeThatDrivesItAndABadOneIsTakenBackFromAnywhere() {
    String first =
        rest.get(0).post("/api/v1/configurations", configuration(1)).get("hash").asText();
    swarm.run(this::join);
    awaitEverybody(List.of(0, 1, 2), first);

    // Begun and steered through nodes that do not drive; the one that does is killed.
    int leader = leader(List.of(0, 1, 2));
    int one = (leader + 1) % NODES;
    int other = (leader + 2) % NODES;
    String second = draft(one, 2);
    rest.get(one)
        .post(
            ROLLOUT,
            Map.of(
                "plan",
                Map.of(
                    "type",
                    "progressive",
                    "first",
                    5,
                    "factor",
                    1,
                    "most",
                    5,
                    "intervalSeconds",
                    1,
                    "healthGateSeconds",
                    0,
                    "resultDeadlineSeconds",
                    60,
                    "stages",
                    List.of(
                        Map.of("name", "canary", "selector", "service.name=canary"),
                        Map.of("name", "early", "selector", "service.name=early")))));
    awaitRollout(other, "the first stage is complete", inPhase("Waiting"));
    assertThat(offered("canary", second)).isEqualTo(20);
    assertThat(offered("early", second) + offered("rest", second)).isZero();

    steer(other, "continue");
    awaitRollout(one, "the second stage is under way", shown -> released(shown, 1) >= 10);
    steer(one, "pause");
    awaitRollout(leader, "the node that drives has heard", inPhase("Paused"));
    steer(other, "resume");
    awaitRollout(leader, "it goes on", shown -> released(shown, 1) >= 15);
    servers.get(leader).kill();

    awaitRollout(one, "another node drives", inPhase("Waiting"));
    // Nodes hear of each other's agents a moment later.
    JsonNode waiting =
        awaitRollout(one, "this node knows", s -> s.at("/stages/1/applied").asInt() == 50);
    assertThat(waiting.get("stage").asText()).isEqualTo("early");
    assertThat(waiting.get("failures")).isEmpty();
    assertThat(offered("rest", second)).as("the turn of the last has not come").isZero();
    steer(one, "continue");
    awaitRollout(other, "it ends by itself", inPhase("Done"));
    awaitEverybody(List.of(one, other), second);
    assertThat(offered("rest", second)).isEqualTo(80);
    assertThat(repeats()).as("offers of what an agent ran already").isZero();

    ServerProcess again = servers.get(leader).restart();
    again.url();
    servers.set(leader, again);
    assertThat(shown(leader)).isEqualTo(shown(one)).isEqualTo(shown(other));

    // A bad version, which fails on agents of a node that does not drive.
    int drives = leader(List.of(one, other));
    int theirs = drives == one ? other : one;
    String third = draft(theirs, 3);
    List<CrewAgent> bad = swarm.on(() -> someOf(ports.get(theirs)));
    for (CrewAgent agent : bad) {
      rest.get(leader)
          .put(
              "/api/v1/agents/" + agent.uid() + "/labels", Map.of("labels", Map.of("rack", "bad")));
    }
    swarm.run(() -> bad.forEach(agent -> agent.refuse(third)));
    rest.get(leader)
        .post(
            ROLLOUT,
            Map.of(
                "plan",
                Map.of(
                    "type",
                    "all",
                    "healthGateSeconds",
                    0,
                    "resultDeadlineSeconds",
                    30,
                    "errorLimit",
                    Map.of("count", BAD))));
    for (int node = 0; node < NODES; node++) {
      JsonNode paused =
          awaitRollout(
              node,
              "it stops by itself",
              shown ->
                  shown.get("phase").asText().equals("Paused")
                      && shown.get("failures").size() == BAD
                      && !shown.get("contrast").isEmpty());
      assertThat(paused.at("/contrast/0/trait").asText()).isEqualTo("rack");
      assertThat(paused.at("/contrast/0/value").asText()).isEqualTo("bad");
    }
    steer(leader, "rollback");
    awaitRollout(drives, "it is taken back", inPhase("RolledBack"));
    awaitEverybody(List.of(0, 1, 2), second);

    assertThat(shown(0)).isEqualTo(shown(1)).isEqualTo(shown(2));
    assertThat(shown(0).at("/contrast/0/trait").asText()).isEqualTo("rack");
    assertThat(swarm.on(() -> bad.stream().mapToInt(agent -> agent.offersOf(third)).sum()))
        .as("what an agent failed with is offered once")
        .isEqualTo(BAD);
    assertThat(repeats()).isZero();
    assertThat(swarm.faults()).isEmpty();
  }

  private ServerProcess server(int node) {
    return ServerProcess.jar(
            folder.resolve("node-" + node),
            "--server.port=" + ports.get(node),
            "--cluster.node=n" + node,
            "--cluster.lease=5s",
            "--storage.type=redis",
            "--storage.redis.nodes=" + redis.node(),
            "--agents.heartbeat-interval=" + INTERVAL.toSeconds() + "s",
            "--agents.heartbeat-ttl=10s",
            "--agents.server-heartbeat-ttl=10s",
            "--agents.heartbeat-expiry-interval=1s",
            "--agents.accept-rate=10000",
            "--agents.min-retry-after=1s")
        .start();
  }

  private void join() {
    GROUPS.forEach(
        (group, size) -> {
          List<CrewAgent> agents = new ArrayList<>();
          for (int i = 0; i < size; i++) {
            agents.add(new CrewAgent(swarm, group, i % 10 < POLLERS_OF_TEN));
          }
          groups.put(group, agents);
          crew.addAll(agents);
        });
    crew.forEach(CrewAgent::join);
  }

  private List<CrewAgent> someOf(int port) {
    List<CrewAgent> there = crew.stream().filter(agent -> agent.port() == port).toList();
    assertThat(there).hasSizeGreaterThan(BAD);
    return there.subList(0, BAD);
  }

  private String draft(int node, int version) {
    return rest.get(node).put(FLEET + "?draft=true", configuration(version)).get("hash").asText();
  }

  private void steer(int node, String command) {
    HttpResponse<String> answer =
        rest.get(node)
            .exchange(
                "POST",
                ROLLOUT + "/" + command,
                "{}",
                "Content-Type",
                "application/json",
                "If-Match",
                "*");
    assertThat(answer.statusCode()).as("%s: %s", command, answer.body()).isEqualTo(200);
  }

  private JsonNode awaitRollout(int node, String what, Predicate<JsonNode> expected) {
    AtomicReference<JsonNode> last = new AtomicReference<>();
    try {
      Awaitility.await(what)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .until(
              () -> {
                last.set(shown(node));
                return expected.test(last.get());
              });
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(what + ", but node " + node + " shows " + last.get(), e);
    }
    return last.get();
  }

  private JsonNode shown(int node) {
    return rest.get(node).get(ROLLOUT);
  }

  private static Predicate<JsonNode> inPhase(String phase) {
    return shown -> shown.get("phase").asText().equals(phase);
  }

  private static int released(JsonNode shown, int stage) {
    return shown.at("/stages/" + stage + "/released").asInt();
  }

  /** How many of a group were offered this configuration. */
  private long offered(String group, String hash) {
    return swarm.on(
        () -> groups.get(group).stream().filter(agent -> agent.offersOf(hash) > 0).count());
  }

  private int repeats() {
    return swarm.on(() -> crew.stream().mapToInt(CrewAgent::repeats).sum());
  }

  private void awaitEverybody(List<Integer> nodes, String wanted) {
    for (int node : nodes) {
      rest.get(node)
          .awaitFleet(
              "everybody has " + wanted,
              PATIENCE,
              shown -> {
                List<String> wrong = new ArrayList<>();
                for (CrewAgent agent : crew) {
                  JsonNode is = shown.get(agent.uid().toString());
                  if (!Rest.runs(is, wanted)) {
                    wrong.add(agent.uid() + ": " + is);
                  }
                }
                return wrong;
              });
    }
    assertThat(swarm.on(() -> crew.stream().allMatch(agent -> agent.runs(wanted)))).isTrue();
  }

  /** Which of these nodes leads, once one does. */
  private int leader(List<Integer> nodes) {
    int[] found = {-1};
    Awaitility.await("one of the nodes leads")
        .atMost(PATIENCE)
        .until(
            () -> {
              for (int node : nodes) {
                for (JsonNode entry : rest.get(node).get("/api/v1/nodes").get("items")) {
                  if (entry.get("self").asBoolean() && entry.get("leader").asBoolean()) {
                    found[0] = node;
                  }
                }
              }
              return found[0] >= 0;
            });
    return found[0];
  }

  private static Map<String, Object> configuration(int version) {
    return Map.of(
        "name",
        "fleet",
        "selector",
        "",
        "files",
        Map.of("collector.yaml", Map.of("body", "version: " + version)));
  }
}
