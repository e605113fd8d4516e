package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.fleet.FleetView;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.ChangeFeed;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Nodes with all that they do for agents, on one storage and one clock, and agents that go from
 * node to node; opens this package to tests of others. Everything happens on the test's thread.
 */
public final class ClusterUnderTest {
  private static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private final Cluster cluster = new Cluster(ServerConfig.Agents.DEFAULT);
  private final List<Node> nodes = new ArrayList<>();
  private final List<Agent> agents = new ArrayList<>();
  private final SplittableRandom random;

  /**
   * @param random decides where agents go and which hints are lost: one in four
   */
  public ClusterUnderTest(SplittableRandom random) {
    this.random = random;
    cluster.hintIsLost = () -> random.nextInt(4) == 0;
  }

  public ManualTime time() {
    return cluster.time;
  }

  /** The storage itself, which is always there. */
  public DocumentStore documents() {
    return cluster.stores.documents();
  }

  /** Whether no node can reach the storage. */
  public void storageIsDown(boolean down) {
    cluster.storageIsDown = down;
  }

  /** Those that are not dead. */
  public List<Node> nodes() {
    return nodes.stream().filter(node -> !node.self.dead).toList();
  }

  public Node start(String name) {
    Node node = new Node(cluster.start(name));
    nodes.add(node);
    return node;
  }

  /**
   * An agent that is not connected yet.
   *
   * @param name its {@code service.name}
   * @param takes hears of every offer by its hash, and says whether it can be applied
   */
  public Agent agent(int number, String name, Predicate<ByteString> takes) {
    Agent agent = new Agent(new ClusterAgent(new InstanceUid(7, number), name));
    agent.self.takes = takes;
    agents.add(agent);
    return agent;
  }

  /** A second passes for agents and nodes; afterwards each node that works does this, too. */
  public void second(Consumer<Node> also) {
    cluster.time.advance(Duration.ofSeconds(1));
    for (Agent agent : agents) {
      agent.second();
    }
    List<Node> shuffled = new ArrayList<>(nodes());
    for (int i = shuffled.size(); i > 0; i--) {
      Node node = shuffled.remove(random.nextInt(i));
      if (node.works()) {
        node.self.tick();
        also.accept(node);
        node.self.hub.run();
      }
    }
    agents.forEach(agent -> agent.self.listen());
  }

  /** One process. */
  public final class Node {
    private final Cluster.Node self;

    private Node(Cluster.Node self) {
      this.self = self;
    }

    public String id() {
      return self.id;
    }

    public boolean works() {
      return self.works();
    }

    public boolean leads() {
      return self.leads();
    }

    /** Whether it reaches the storage, if that is there. */
    public boolean isWhole() {
      return works() && !self.cutOff;
    }

    public void crash() {
      self.dead = true;
    }

    public void pause() {
      self.paused = true;
    }

    public void cutOff() {
      self.cutOff = true;
    }

    /** Undoes what can be undone. */
    public void repair() {
      self.cutOff = false;
      if (self.paused && !self.dead) {
        self.resume();
      }
    }

    /** The documents, as far as it can reach them. */
    public DocumentStore documents() {
      return self.documents;
    }

    /** Hints, which a node that does not work misses. */
    public ChangeFeed feed() {
      return listener ->
          cluster.subscribe(
              change -> {
                if (works()) {
                  listener.accept(change);
                }
              });
    }

    public AgentDirectory directory() {
      return self.hub.hub;
    }

    public Catalogues components() {
      return self.hub.beside.catalogues;
    }

    public void want(FleetView view) {
      self.hub.want(view);
    }
  }

  /** One agent; it connects somewhere by itself whenever it is not connected. */
  public final class Agent {
    private final ClusterAgent self;
    private boolean away;

    private Agent(ClusterAgent self) {
      this.self = self;
    }

    public InstanceUid uid() {
      return self.uid();
    }

    /** Ends its connection, and stays away until told otherwise. */
    public void stayAway(boolean stays) {
      away = stays;
      if (stays) {
        self.close();
      }
    }

    /** Leaves its connection half-open and takes another one, somewhere. */
    public void move() {
      connect();
    }

    /** What storage has of what it said of a configuration. */
    public RemoteConfigStatus recorded() {
      return cluster
          .stores
          .agents()
          .find(uid())
          .map(AgentRecord::report)
          .map(report -> report.getRemoteConfigStatus())
          .orElse(RemoteConfigStatus.getDefaultInstance());
    }

    private void second() {
      if (self.isSentAway() || (self.node != null && self.node.dead)) {
        self.close();
      }
      self.listen();
      if (cluster.time.instant().getEpochSecond() % HEARTBEAT.toSeconds() == 0) {
        self.heartbeat();
      }
      if (self.node == null && !away && random.nextInt(3) == 0) {
        connect();
      }
    }

    private void connect() {
      List<Cluster.Node> there = cluster.working();
      if (!there.isEmpty() && !away) {
        self.connect(there.get(random.nextInt(there.size())));
      }
    }
  }
}
