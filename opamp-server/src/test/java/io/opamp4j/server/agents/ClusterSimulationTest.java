package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.server.ServerConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Three nodes on one storage. Nodes die, start again, are paused and cut off; storage goes away for
 * a while; agents connect, move, leave sockets half-open, go; operators order restarts and change
 * what is wanted; hints get lost. In the end all is well. Another range of seeds with {@code
 * -Dsimulation.first=} and {@code -Dsimulation.seeds=}.
 */
class ClusterSimulationTest {
  private static final long FIRST = Long.getLong("simulation.first", 0);
  private static final long SEEDS = Long.getLong("simulation.seeds", 60);
  private static final int SECONDS = 240;
  private static final int AGENTS = 5;
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  @Test
  void everyAgentEndsWithOneOwnerOneStateAndEveryOrderOnce() {
    Map<String, Integer> happened = new HashMap<>();
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      World world = new World(seed, false);
      world.run();
      world.happened.forEach((what, times) -> happened.merge(what, times, Integer::sum));
    }
    assertThat(happened.keySet())
        .contains(
            "move",
            "crash",
            "pause",
            "cut off",
            "outage",
            "order",
            "change",
            "taken over",
            "leave");
    assertThat(happened.values()).as("%s", happened).allMatch(times -> times > SEEDS / 4);
  }

  /** Half-open sockets and dead nodes, but agents that come back at once. */
  @Test
  void nobodyWhoComesBackWithinTheLeaseIsEverShownDisconnected() {
    int crashes = 0;
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      World world = new World(seed, true);
      world.run();
      crashes += world.happened.getOrDefault("crash", 0);
      for (Cluster.Node node : world.cluster.nodes) {
        assertThat(node.disconnects()).as("seed %d, node %s", seed, node.id).isEmpty();
      }
    }
    assertThat(crashes).as("crashes").isGreaterThan((int) SEEDS);
  }

  private static final class World {
    private final long seed;

    /** Whether nothing keeps an agent away from the nodes for long. */
    private final boolean calm;

    private final SplittableRandom random;
    private final Cluster cluster = new Cluster(ServerConfig.Agents.DEFAULT);
    private final List<ClusterAgent> agents = new ArrayList<>();
    private final Map<InstanceUid, Integer> ordered = new HashMap<>();
    private final Map<String, Integer> happened = new HashMap<>();

    private Instant storageBack = Instant.MIN;
    private String wanted = "v0";

    World(long seed, boolean calm) {
      this.seed = seed;
      this.calm = calm;
      this.random = new SplittableRandom(seed);
      for (String name : List.of("a", "b", "c")) {
        cluster.start(name).hub.want(wanted);
      }
      for (int i = 0; i < AGENTS; i++) {
        agents.add(new ClusterAgent(new InstanceUid(7, i)));
      }
      cluster.hintIsLost = () -> random.nextInt(4) == 0;
    }

    void run() {
      for (int second = 0; second < SECONDS; second++) {
        disturb();
        second();
      }
      settle();
      check();
    }

    private void disturb() {
      int what = random.nextInt(30);
      if (calm && !Set.of(0, 4, 6, 7, 8).contains(what)) {
        return;
      }
      switch (what) {
        case 0 -> crash();
        case 1 -> pause();
        case 2 -> cutOff();
        case 3 -> outage();
        case 4, 5 -> order();
        case 6 -> change();
        case 7, 8, 9, 10 -> move();
        case 11 -> leave();
        case 12, 13 -> repair();
        default -> {}
      }
    }

    private void second() {
      cluster.time.advance(Duration.ofSeconds(1));
      if (!cluster.time.instant().isBefore(storageBack)) {
        cluster.storageIsDown = false;
      }
      for (ClusterAgent agent : agents) {
        if (agent.isSentAway() || (agent.node != null && agent.node.dead)) {
          agent.close();
        }
        agent.listen();
        if (cluster.time.instant().getEpochSecond() % HEARTBEAT.toSeconds() == 0) {
          agent.heartbeat();
        }
        if (agent.node == null && (calm || random.nextInt(3) == 0)) {
          connect(agent);
        }
      }
      List<Cluster.Node> shuffled = new ArrayList<>(cluster.nodes);
      for (int i = shuffled.size(); i > 0; i--) {
        shuffled.remove(random.nextInt(i)).tick();
      }
      assertThat(cluster.working())
          .as("leaders, seed %d", seed)
          .filteredOn(Cluster.Node::leads)
          .hasSizeLessThan(2);
    }

    private void connect(ClusterAgent agent) {
      List<Cluster.Node> there = cluster.working();
      if (!there.isEmpty()) {
        agent.connect(there.get(random.nextInt(there.size())));
      }
    }

    private void count(String what) {
      happened.merge(what, 1, Integer::sum);
    }

    private Cluster.Node anyNode() {
      List<Cluster.Node> there = cluster.nodes.stream().filter(node -> !node.dead).toList();
      return there.get(random.nextInt(there.size()));
    }

    private void crash() {
      if (!cluster.storageIsDown) {
        Cluster.Node node = anyNode();
        node.dead = true;
        count("crash");
        Cluster.Node next = cluster.start(node.id.substring(0, 1));
        next.hub.want(wanted);
      }
    }

    private void pause() {
      anyNode().paused = true;
      count("pause");
    }

    private void cutOff() {
      anyNode().cutOff = true;
      count("cut off");
    }

    private void outage() {
      cluster.storageIsDown = true;
      storageBack = cluster.time.instant().plusSeconds(random.nextInt(30));
      count("outage");
    }

    private void repair() {
      for (Cluster.Node node : cluster.nodes) {
        node.cutOff = false;
        if (node.paused && !node.dead) {
          node.resume();
        }
      }
    }

    private void order() {
      List<Cluster.Node> there = cluster.working().stream().filter(node -> !node.cutOff).toList();
      ClusterAgent agent = agents.get(random.nextInt(AGENTS));
      if (!cluster.storageIsDown && !there.isEmpty()) {
        Cluster.Node node = there.get(random.nextInt(there.size()));
        node.hub.beside.desk.create(
            agent.uid(), new OrderDraft(Optional.empty(), Duration.ofHours(1), Optional.empty()));
        ordered.merge(agent.uid(), 1, Integer::sum);
        count("order");
      }
    }

    private void change() {
      wanted = "v" + random.nextInt(1_000);
      for (Cluster.Node node : cluster.nodes) {
        node.hub.want(wanted);
      }
      count("change");
    }

    /** Half of the time the old socket ends properly, the other half nobody hears of its end. */
    private void move() {
      ClusterAgent agent = agents.get(random.nextInt(AGENTS));
      if (!calm && random.nextBoolean()) {
        agent.close();
      }
      connect(agent);
      count("move");
    }

    private void leave() {
      agents.get(random.nextInt(AGENTS)).close();
      count("leave");
    }

    private void settle() {
      cluster.storageIsDown = false;
      repair();
      // As long as the slowest: a half-open socket, a lost hint, a dead node.
      for (int second = 0; second < 240; second++) {
        second();
      }
    }

    private void check() {
      List<Cluster.Node> nodes = cluster.working();
      assertThat(nodes).as("leader, seed %d", seed).filteredOn(Cluster.Node::leads).hasSize(1);
      for (ClusterAgent agent : agents) {
        String who = "agent %s, seed %d".formatted(agent.uid(), seed);
        assertThat(agent.uid().mostSignificant()).as("uid of %s", who).isEqualTo(7);
        assertThat(agent.node).as(who).isNotNull();
        String owner = cluster.stores.agents().find(agent.uid()).orElseThrow().ownership().node();
        assertThat(owner).as("owner of %s", who).isEqualTo(agent.node.id);
        Set<Object> shown = new HashSet<>();
        for (Cluster.Node node : nodes) {
          AgentView view = node.view(agent.uid());
          shown.add(List.of(view.status(), view.node(), view.report()));
          assertThat(view.status().state())
              .as("%s on %s", who, node.id)
              .isEqualTo(ConnectionState.CONNECTED);
          boolean here =
              node.hub.sessions.find(agent.uid()).orElseThrow().now().connection().isPresent();
          assertThat(here).as("%s connected to %s", who, node.id).isEqualTo(node == agent.node);
        }
        assertThat(shown).as(who).hasSize(1);
        assertThat(agent.self.offer().map(offer -> offer.getConfigHash().toStringUtf8()))
            .as(who)
            .contains(wanted);
        checkOrders(agent, who);
      }
      for (Cluster.Node node : cluster.nodes) {
        node.hub.events.stream()
            .filter(AgentEvent.TakenOver.class::isInstance)
            .forEach(event -> count("taken over"));
      }
    }

    /** Sent on whichever connection, also one that the agent had left by then. */
    private void checkOrders(ClusterAgent agent, String who) {
      List<Order> orders =
          cluster
              .working()
              .get(0)
              .hub
              .beside
              .desk
              .list(agent.uid(), Optional.empty(), 1_000)
              .items();
      assertThat(orders)
          .as(who)
          .hasSize(ordered.getOrDefault(agent.uid(), 0))
          .allMatch(order -> order.state() == Order.State.SENT);
      assertThat(agent.restarts).as("restarts sent to %s", who).isEqualTo(orders.size());
    }
  }
}
