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
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three packaged servers on one Redis Cluster, and 600 agents that go to any of them. One server is
 * killed and started again, a Redis master is failed over, and meanwhile operators change the
 * configuration ten times and order restarts, at whichever node. {@code -Dcluster.seed=} chooses.
 */
class ClusterIT {
  private static final long SEED = Long.getLong("cluster.seed", 1);
  private static final int NODES = 3;
  private static final int SOCKETS = 570;
  private static final int POLLERS = 30;
  private static final int SHED = 50;
  private static final int CHANGES = 10;
  private static final int ORDERS_PER_CHANGE = 20;
  private static final Duration INTERVAL = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(1_500);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String CONFIGURATION = "/api/v1/configurations/fleet";

  @TempDir Path folder;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final List<ServerProcess> servers = new ArrayList<>();
  private final List<Rest> rest = new ArrayList<>();
  private final List<SwarmAgent> agents = new ArrayList<>();
  private final List<SwarmSocket> sockets = new ArrayList<>();
  private final Map<SwarmAgent, Integer> ordered = new HashMap<>();
  private RedisShards redis;
  private Swarm swarm;

  @BeforeEach
  void start() {
    redis = RedisShards.start();
    List<Integer> ports = Ports.free(NODES);
    for (int node = 0; node < NODES; node++) {
      servers.add(server(node, ports.get(node)));
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
  void everyAgentEndsOnTheLastVersionAndNoOrderRunsTwice() {
    String first =
        rest.get(0).post("/api/v1/configurations", configuration(0)).get("hash").asText();
    swarm.run(this::join);
    swarm.awaitJoined(agents);
    awaitWhole(first);
    assertThat(leaders()).as("leaders").hasSize(1);
    assertThat(rest.get(1).get("/api/v1/nodes").get("items"))
        .hasSize(NODES)
        .allMatch(node -> node.get("alive").asBoolean())
        .allMatch(node -> node.get("agents").asInt() > (SOCKETS + POLLERS) / NODES / 2);

    shed();
    awaitWhole(first);

    String wanted = first;
    List<Integer> up = new ArrayList<>(List.of(0, 1, 2));
    for (int change = 1; change <= CHANGES; change++) {
      if (change == 3) {
        up.remove(Integer.valueOf(1));
        servers.get(1).kill();
      } else if (change == 5) {
        ServerProcess again = servers.get(1).restart();
        again.url();
        servers.set(1, again);
        up.add(1);
      } else if (change == 7) {
        redis.failOver();
      } else {
        order(up);
      }
      wanted = change(change, up);
      Swarm.within(swarm.after(PAUSE, () -> {}), "a pause");
    }

    awaitWhole(wanted);
    Awaitility.await("one leader").atMost(PATIENCE).until(() -> leaders().size() == 1);
    assertThat(states(rest.get(0))).isEqualTo(states(rest.get(1))).isEqualTo(states(rest.get(2)));
    awaitOrders();
    assertThat(swarm.faults()).isEmpty();
  }

  private ServerProcess server(int node, int port) {
    return ServerProcess.jar(
            folder.resolve("node-" + node),
            "--server.port=" + port,
            "--cluster.node=n" + node,
            "--cluster.lease=5s",
            "--storage.type=redis",
            "--storage.redis.mode=cluster",
            "--storage.redis.nodes=" + redis.nodes(),
            "--storage.redis.command-timeout=2s",
            "--agents.heartbeat-interval=" + INTERVAL.toSeconds() + "s",
            "--agents.heartbeat-ttl=10s",
            "--agents.server-heartbeat-ttl=10s",
            "--agents.heartbeat-expiry-interval=1s",
            "--agents.accept-rate=10000",
            "--agents.min-retry-after=1s")
        .start();
  }

  private void join() {
    for (int i = 0; i < SOCKETS; i++) {
      SwarmAgent agent = swarm.agent("fleet", SwarmAgent.RESTARTABLE);
      agents.add(agent);
      sockets.add(swarm.socket(List.of(agent)));
      sockets.get(i).join();
    }
    for (int i = 0; i < POLLERS; i++) {
      SwarmAgent agent = swarm.agent("fleet", SwarmAgent.CONFIGURABLE);
      agents.add(agent);
      swarm.poller(agent).join();
    }
  }

  /** One node sends connections away because another was asked to have it do so. */
  private void shed() {
    int before = closes();
    String id = "";
    for (JsonNode node : rest.get(1).get("/api/v1/nodes").get("items")) {
      id = node.get("name").asText().equals("n0") ? node.get("id").asText() : id;
    }
    HttpResponse<String> answer =
        rest.get(1)
            .exchange(
                "POST",
                "/api/v1/nodes/" + id + "/shed",
                Rest.text(Map.of("connections", SHED)),
                "Content-Type",
                "application/json");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    assertThat(Rest.json(answer).get("connections").asInt()).isEqualTo(SHED);
    // On a slow machine others may be closed at the same time.
    Awaitility.await("connections are shed")
        .atMost(PATIENCE)
        .until(() -> closes() - before >= SHED);
    swarm.awaitJoined(agents);
  }

  private int closes() {
    return swarm.on(() -> sockets.stream().mapToInt(socket -> socket.closes().size()).sum());
  }

  /** Replaces the configuration at any node, which may be unable to for a while. */
  private String change(int version, List<Integer> up) {
    int node = up.get(random.nextInt(up.size()));
    return Awaitility.await("change " + version + " at node " + node)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptionsMatching(AssertionError.class::isInstance)
        .until(
            () -> {
              HttpResponse<String> answer = put(rest.get(node), configuration(version));
              return answer.statusCode() == 200 ? Rest.json(answer).get("hash").asText() : "";
            },
            hash -> !hash.isEmpty());
  }

  private static HttpResponse<String> put(Rest rest, Map<String, Object> body) {
    return rest.exchange(
        "PUT", CONFIGURATION, Rest.text(body), "Content-Type", "application/json", "If-Match", "*");
  }

  private void order(List<Integer> up) {
    for (int i = 0; i < ORDERS_PER_CHANGE; i++) {
      SwarmAgent agent = agents.get(random.nextInt(SOCKETS));
      rest.get(up.get(random.nextInt(up.size())))
          .post("/api/v1/agents/" + agent.uid() + "/orders", Map.of("type", "restart"));
      ordered.merge(agent, 1, Integer::sum);
    }
  }

  private void awaitOrders() {
    Awaitility.await("every order has left")
        .atMost(Duration.ofSeconds(90))
        .untilAsserted(
            () ->
                ordered.forEach(
                    (agent, count) ->
                        assertThat(
                                rest.get(0)
                                    .get("/api/v1/agents/" + agent.uid() + "/orders")
                                    .get("items"))
                            .hasSize(count)
                            .allMatch(order -> order.get("state").asText().equals("sent"))));
    Map<SwarmAgent, Integer> ran = new HashMap<>();
    swarm.run(() -> ordered.keySet().forEach(agent -> ran.put(agent, agent.restarts())));
    assertThat(ran).as("restarts, none of which was ordered while a node died").isEqualTo(ordered);
  }

  private void awaitWhole(String wanted) {
    for (Rest node : rest) {
      node.awaitFleet(
          "the fleet is whole",
          PATIENCE,
          shown -> {
            List<String> wrong = new ArrayList<>();
            for (SwarmAgent agent : agents) {
              JsonNode is = shown.get(agent.uid().toString());
              if (!Rest.runs(is, wanted)) {
                wrong.add(agent + ": " + is);
              }
            }
            if (shown.size() != agents.size()) {
              wrong.add(shown.size() + " agents are listed");
            }
            return wrong;
          });
    }
  }

  private List<String> leaders() {
    List<String> leaders = new ArrayList<>();
    for (Rest node : rest) {
      for (JsonNode entry : node.get("/api/v1/nodes").get("items")) {
        if (entry.get("self").asBoolean() && entry.get("leader").asBoolean()) {
          leaders.add(entry.get("name").asText());
        }
      }
    }
    return leaders;
  }

  private static Map<String, String> states(Rest node) {
    Map<String, String> states = new HashMap<>();
    node.agents()
        .forEach(
            (uid, agent) ->
                states.put(uid, agent.get("state").asText() + " " + agent.get("reason").asText()));
    return states;
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
