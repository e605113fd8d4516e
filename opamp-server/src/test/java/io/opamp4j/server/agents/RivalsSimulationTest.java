package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentFlags;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.testkit.FakeAgent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Agents that share a uid connect, speak, fall silent, lose their sockets and come back at random,
 * while the work of the server is done in any order (E-21, DUP-04, DUP-05). Another range of seeds
 * with {@code -Dsimulation.first=} and {@code -Dsimulation.seeds=}.
 */
class RivalsSimulationTest {
  private static final long FIRST = Long.getLong("simulation.first", 0);
  private static final long SEEDS = Long.getLong("simulation.seeds", 400);
  private static final int STEPS = 250;
  private static final long CAPABILITIES = 0x2001;

  @Test
  void everyMessageIsAnsweredAndEveryAgentEndsUnderAUidOfItsOwn() {
    int takenOver = 0;
    int duplicates = 0;
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      World world = new World(seed, 2 + (int) (seed % 2));
      world.run();
      takenOver += world.count(AgentEvent.TakenOver.class);
      duplicates += world.count(AgentEvent.DuplicateUid.class);
    }
    assertThat(List.of(takenOver, duplicates))
        .as("it happened what this is about")
        .allMatch(count -> count > SEEDS);
  }

  /** The same without a second agent: one agent, however often it reconnects, keeps its uid. */
  @Test
  void oneAgentThatReconnectsIsNeverTakenForTwo() {
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      World world = new World(seed, 1);
      world.run();
      assertThat(world.count(AgentEvent.DuplicateUid.class)).as("seed %d", seed).isZero();
      assertThat(world.agents.get(0).self.uid()).isEqualTo(Hub.UID);
    }
  }

  private static final class World {
    private static final ServerToAgent.Builder PROBE =
        ServerToAgent.newBuilder()
            .setFlags(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE);

    private final long seed;

    /** Whether every socket carries another agent as well, so that pongs prove nothing. */
    private final boolean gateways;

    private final SplittableRandom random;
    private final Hub hub = new Hub(new BrittleAgentStore(), ServerConfig.Agents.DEFAULT);
    private final List<Agent> agents = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();

    World(long seed, int count) {
      this.seed = seed;
      this.gateways = seed % 3 == 0;
      this.random = new SplittableRandom(seed);
      for (int i = 0; i < count; i++) {
        agents.add(new Agent("agent " + i));
      }
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        step();
        check();
      }
      settle();
    }

    int count(Class<? extends AgentEvent> kind) {
      return (int) hub.events.stream().filter(kind::isInstance).count();
    }

    private void step() {
      Agent agent = agents.get(random.nextInt(agents.size()));
      switch (random.nextInt(12)) {
        case 0 -> agent.connect();
        case 1, 2, 3, 4 -> agent.speak();
        case 5 -> agent.goSilent();
        case 6 -> agent.close();
        case 7 -> pass();
        case 8 -> noticeOneEnd();
        case 9 -> hub.runAll(random);
        default -> hub.runOne(random);
      }
      agents.forEach(Agent::listen);
    }

    /** Everybody is there, connected once, and the network is good. */
    private void settle() {
      for (Agent agent : agents) {
        agent.goSilent();
        agent.connect();
      }
      for (int round = 0; round < 12; round++) {
        agents.forEach(Agent::speak);
        for (int second = 0; second < 7; second++) {
          pass();
          hub.runAll(random);
          agents.forEach(Agent::listen);
          agents.stream().filter(agent -> agent.fullStateWanted).forEach(Agent::speak);
        }
        check();
      }
      List<InstanceUid> uids = agents.stream().map(agent -> agent.self.uid()).toList();
      assertThat(uids).as("seed %d: a uid for each", seed).doesNotHaveDuplicates();
      for (Agent agent : agents) {
        AgentView view = hub.view(agent.self.uid());
        assertThat(view.status().state()).as("seed %d", seed).isEqualTo(ConnectionState.CONNECTED);
        assertThat(view.report().getAgentDescription())
            .as("seed %d: its own report under its uid", seed)
            .isEqualTo(agent.full().getAgentDescription());
      }
      for (Socket socket : sockets) {
        if (socket.isOpen()) {
          assertThat(socket.owed).as("seed %d: answers of %s", seed, socket.name()).isEmpty();
        }
      }
    }

    private void pass() {
      hub.time.advance(Duration.ofSeconds(1));
      hub.sweep.tick(hub.time.instant());
    }

    /** The server learns of the end of a connection some time after it. */
    private void noticeOneEnd() {
      sockets.stream()
          .filter(socket -> socket.silent && !socket.ended)
          .findFirst()
          .ifPresent(Socket::end);
    }

    private void check() {
      hub.hub
          .list(Optional.empty())
          .forEach(
              view -> {
                long carriers =
                    hub.registry.connections().stream()
                        .flatMap(carrier -> carrier.carried().stream())
                        .filter(session -> session.now().state().uid().equals(view.uid()))
                        .count();
                assertThat(carriers).as("seed %d: carriers of %s", seed, view.uid()).isLessThan(2);
              });
    }

    private final class Agent {
      private final FakeAgent self;
      private final String name;
      private @Nullable Socket socket;
      private boolean fullStateWanted = true;

      Agent(String name) {
        this.name = name;
        this.self = new FakeAgent(Hub.UID, name, CAPABILITIES);
      }

      AgentToServer full() {
        return new FakeAgent(Hub.UID, name, CAPABILITIES).fullState();
      }

      void connect() {
        if (socket == null) {
          socket = new Socket("s" + sockets.size());
          sockets.add(socket);
        }
      }

      void speak() {
        if (socket != null) {
          AgentToServer message = fullStateWanted ? self.fullState() : self.next();
          fullStateWanted = false;
          socket.deliver(message);
        }
      }

      /** Its socket breaks, and the server does not notice yet. */
      void goSilent() {
        if (socket != null) {
          socket.silent = true;
          socket = null;
          // What was on its way may be lost, so the next report is a full one.
          fullStateWanted = true;
        }
      }

      void close() {
        if (socket != null) {
          Socket closing = socket;
          if (random.nextBoolean()) {
            closing.deliver(self.goodbye());
          }
          goSilent();
          closing.end();
        }
      }

      void listen() {
        for (Socket each : sockets) {
          List<ServerToAgent> sent = each.connection.takeSent();
          sent.forEach(each::settle);
          each.heard.addAll(sent);
        }
        if (socket != null) {
          for (ServerToAgent message = socket.heard.poll();
              message != null;
              message = socket.heard.poll()) {
            if (message.getInstanceUid().equals(self.uid().toBytes())) {
              fullStateWanted |= self.heard(message);
            }
            fullStateWanted |= message.hasAgentIdentification();
          }
        }
      }
    }

    private final class Socket {
      private final FakeConnection connection;
      private final Deque<ByteString> owed = new ArrayDeque<>();
      private final Deque<ServerToAgent> heard = new ArrayDeque<>();
      private int maybeUnasked;
      private boolean silent;
      private boolean ended;

      Socket(String id) {
        connection = FakeConnection.socket(id);
        connection.onPing(
            () -> {
              if (!silent && !ended) {
                hub.hub.pong(connection);
              }
            });
        hub.hub.opened(connection);
        if (gateways) {
          InstanceUid neighbour = InstanceUid.generate(hub.time.instant(), random);
          deliver(Hub.first(neighbour, CAPABILITIES).build());
        }
      }

      void deliver(AgentToServer message) {
        if (isOpen()) {
          owed.add(message.getInstanceUid());
          hub.hub.received(connection, message);
        }
      }

      /** Nothing comes unasked but probes, which look like answers with a flag. */
      void settle(ServerToAgent message) {
        boolean asked = owed.removeFirstOccurrence(message.getInstanceUid());
        if (message.equals(PROBE.setInstanceUid(message.getInstanceUid()).build())) {
          maybeUnasked++;
        }
        assertThat(asked || maybeUnasked-- > 0)
            .as("seed %d: %s sends %s", seed, name(), message)
            .isTrue();
      }

      String name() {
        return connection.id();
      }

      boolean isOpen() {
        return !silent && !ended && connection.closes().isEmpty();
      }

      void end() {
        if (!ended) {
          ended = true;
          hub.hub.closed(connection, "end");
        }
      }
    }
  }
}
