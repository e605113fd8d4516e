package io.opamp4j.core.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.report.Reports;
import io.opamp4j.core.report.Section;
import io.opamp4j.core.server.AgentState;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Whole conversations between the client's and the server's machine, one for each seed. For some
 * minutes messages are lost, doubled and reordered, sockets break, agents and the server restart,
 * the server is overloaded, and the operator keeps changing what he wants. Then the world calms
 * down, and both sides must come to agree and fall silent but for heartbeats.
 */
class ConversationSimulationTest {
  private static final long SEEDS = Long.getLong("simulation.seeds", 10_000);
  private static final long FIRST_SEED = Long.getLong("simulation.first", 0);
  private static final Duration NOISE = Duration.ofMinutes(10);
  // The longest pause of an unanswered offer is about 10 minutes.
  private static final Duration TO_AGREE = Duration.ofMinutes(15);
  private static final Duration SILENCE = Duration.ofMinutes(15);

  @Test
  void everyConversationEndsInAgreementAndSilence() {
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      converse(seed);
    }
  }

  private static void converse(long seed) {
    Simulation world = new Simulation(seed);
    SimulatedServer server = new SimulatedServer(world);
    List<Pipe> pipes = new ArrayList<>();
    List<SimulatedAgent> agents = new ArrayList<>();
    populate(world, server, pipes, agents);
    makeTrouble(world, server, pipes, agents);
    world.run(Simulation.START.plus(NOISE));
    world.calmDown();
    world.run(world.now().plus(TO_AGREE));
    agents.forEach(SimulatedAgent::forgetTraffic);
    world.run(world.now().plus(SILENCE));
    for (SimulatedAgent agent : agents) {
      assertThat(agent.gaps()).as("seed %d: sequence numbers of %s", seed, agent.uid()).isEmpty();
      assertAgreement(seed, server, agent);
      assertSilence(seed, agent);
    }
  }

  private static void populate(
      Simulation world, SimulatedServer server, List<Pipe> pipes, List<SimulatedAgent> agents) {
    Pipe gateway = new Pipe(world, server, true);
    pipes.add(gateway);
    int behindGateway = world.random.nextInt(4);
    for (int i = 0; i < behindGateway; i++) {
      agents.add(new SimulatedAgent(world, server, gateway, false, uid(world)));
    }
    int alone = 1 + world.random.nextInt(3);
    for (int i = 0; i < alone; i++) {
      Pipe pipe = new Pipe(world, server, false);
      pipes.add(pipe);
      agents.add(new SimulatedAgent(world, server, pipe, world.random.nextBoolean(), uid(world)));
    }
  }

  private static void makeTrouble(
      Simulation world, SimulatedServer server, List<Pipe> pipes, List<SimulatedAgent> agents) {
    int troubles = 5 + world.random.nextInt(20);
    for (int i = 0; i < troubles; i++) {
      SimulatedAgent agent = agents.get(world.random.nextInt(agents.size()));
      Pipe pipe = pipes.get(world.random.nextInt(pipes.size()));
      Runnable trouble =
          switch (world.random.nextInt(10)) {
            case 0 -> pipe::breakOff;
            case 1 -> () -> restart(server, pipes);
            case 2 -> agent::crash;
            case 3 -> agent::changeHealth;
            case 4 -> agent::changeDescription;
            case 5 -> agent::changeComponents;
            default -> () -> server.retarget(agent.uid(), target(world));
          };
      world.at(Simulation.START.plus(world.upTo(NOISE)), trouble);
    }
  }

  private static void restart(SimulatedServer server, List<Pipe> pipes) {
    pipes.forEach(Pipe::breakOff);
    server.restart();
  }

  private static Target target(Simulation world) {
    if (world.chance(0.1)) {
      return Target.NONE;
    }
    String hash = (world.chance(0.2) ? "bad" : "good") + world.random.nextInt(3);
    AgentConfigFile file =
        AgentConfigFile.newBuilder().setBody(SimulatedAgent.hash("body of " + hash)).build();
    return new Target(
        ServerToAgent.newBuilder()
            .setRemoteConfig(
                AgentRemoteConfig.newBuilder()
                    .setConfigHash(SimulatedAgent.hash(hash))
                    .setConfig(AgentConfigMap.newBuilder().putConfigMap("c", file)))
            .build(),
        hash,
        List.of(),
        Optional.empty());
  }

  private static InstanceUid uid(Simulation world) {
    return InstanceUid.generate(world.now(), world.random);
  }

  private static void assertAgreement(long seed, SimulatedServer server, SimulatedAgent agent) {
    AgentState known = server.agent(agent.uid());
    assertThat(known.report())
        .as("seed %d: the server's copy of %s", seed, agent.uid())
        .isEqualTo(Reports.withoutCatalogue(agent.report()));
    assertThat(server.catalogue(known.report().getAvailableComponents().getHash()))
        .as("seed %d: the component catalogue of %s", seed, agent.uid())
        .isEqualTo(agent.report().getAvailableComponents());
    assertThat(known.sync().inStep()).as("seed %d: in step", seed).isTrue();
    Target target = server.target(agent.uid());
    AgentRemoteConfig wanted = target.offers().getRemoteConfig();
    if (target.offers().hasRemoteConfig()) {
      assertThat(agent.report().getRemoteConfigStatus().getLastRemoteConfigHash())
          .as("seed %d: the config of %s", seed, agent.uid())
          .isEqualTo(wanted.getConfigHash());
    }
    boolean bad = wanted.getConfigHash().toStringUtf8().startsWith("bad");
    assertThat(known.status().state())
        .as("seed %d: %s", seed, known.status().reason())
        .isEqualTo(bad ? ConnectionState.ERROR : ConnectionState.CONNECTED);
    if (target.offers().hasRemoteConfig() && !bad) {
      assertThat(agent.report().getEffectiveConfig().getConfigMap())
          .as("seed %d: runs what is wanted", seed)
          .isEqualTo(wanted.getConfig());
    }
  }

  private static void assertSilence(long seed, SimulatedAgent agent) {
    long heartbeats = SILENCE.toSeconds() / 30;
    assertThat(agent.sent())
        .as("seed %d: heartbeats of %s", seed, agent.uid())
        .hasSizeBetween((int) heartbeats - 1, (int) heartbeats + 1)
        .allSatisfy(message -> assertThat(Section.presentIn(message)).isEmpty());
    assertThat(agent.got())
        .as("seed %d: answers to %s", seed, agent.uid())
        .allSatisfy(answer -> assertThat(isAcknowledgement(answer, agent)).isTrue());
    AgentToServer last = agent.sent().get(agent.sent().size() - 1);
    assertThat(last.getCapabilities()).as("CAP-02").isEqualTo(SimulatedAgent.CAPABILITIES);
  }

  private static boolean isAcknowledgement(ServerToAgent answer, SimulatedAgent agent) {
    ServerToAgent.Builder rest = answer.toBuilder().clearInstanceUid();
    if (agent.isHalfDuplex()) {
      rest.clearCapabilities();
    }
    return rest.build().equals(ServerToAgent.getDefaultInstance());
  }
}
