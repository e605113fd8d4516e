package io.opamp4j.core.simulation;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.ClientMachine;
import io.opamp4j.core.client.ClientSettings;
import io.opamp4j.core.client.ClientState;
import io.opamp4j.core.client.ClientStep;
import io.opamp4j.core.client.Duplex;
import io.opamp4j.core.client.Loss;
import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.client.Notice;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * An agent with the client's machine inside and an application that applies configurations slowly,
 * and refuses those whose hash begins with "bad". Several agents may share one socket, as behind a
 * gateway.
 */
final class SimulatedAgent {
  static final long CAPABILITIES =
      AgentCapabilities.AgentCapabilities_ReportsStatus_VALUE
          | AgentCapabilities.AgentCapabilities_AcceptsRemoteConfig_VALUE
          | AgentCapabilities.AgentCapabilities_ReportsRemoteConfig_VALUE
          | AgentCapabilities.AgentCapabilities_ReportsEffectiveConfig_VALUE
          | AgentCapabilities.AgentCapabilities_ReportsHealth_VALUE
          | AgentCapabilities.AgentCapabilities_ReportsHeartbeat_VALUE
          | AgentCapabilities.AgentCapabilities_ReportsAvailableComponents_VALUE;

  private final Simulation world;
  private final SimulatedServer server;
  private final Pipe pipe;
  private final boolean halfDuplex;
  private final InstanceUid uid;
  private ClientMachine machine;
  private ClientState state;
  private AgentToServer report;
  private AgentRemoteConfig offered = AgentRemoteConfig.getDefaultInstance();

  /** Counts connections of this agent: what an earlier one still carries is not for the later. */
  private int connection;

  /** Counts processes: what an earlier one had planned does not happen. */
  private int process;

  private long wakeUps;
  private long nextSequence;
  private final List<String> gaps = new ArrayList<>();
  private final List<AgentToServer> sent = new ArrayList<>();
  private final List<ServerToAgent> got = new ArrayList<>();

  SimulatedAgent(
      Simulation world, SimulatedServer server, Pipe pipe, boolean halfDuplex, InstanceUid uid) {
    this.world = world;
    this.server = server;
    this.pipe = pipe;
    this.halfDuplex = halfDuplex;
    this.uid = uid;
    this.report =
        AgentToServer.newBuilder()
            .setCapabilities(CAPABILITIES)
            .setAgentDescription(description("0"))
            .setHealth(ComponentHealth.newBuilder().setHealthy(true))
            .setEffectiveConfig(EffectiveConfig.getDefaultInstance())
            .setRemoteConfigStatus(RemoteConfigStatus.getDefaultInstance())
            .setAvailableComponents(components(world))
            .build();
    pipe.join(this);
    start();
  }

  InstanceUid uid() {
    return uid;
  }

  boolean isHalfDuplex() {
    return halfDuplex;
  }

  AgentToServer report() {
    return state.report();
  }

  void forgetTraffic() {
    sent.clear();
    got.clear();
  }

  List<AgentToServer> sent() {
    return sent;
  }

  List<ServerToAgent> got() {
    return got;
  }

  /** Where a message did not have the number after the one before it (SEQ-01); empty if all did. */
  List<String> gaps() {
    return gaps;
  }

  /** The process dies without a word and comes back, with or without a memory on disk. */
  void crash() {
    boolean wasApplying =
        report.getRemoteConfigStatus().getStatus()
            == RemoteConfigStatuses.RemoteConfigStatuses_APPLYING;
    // Whoever dies while applying does not go on with it, and so must not claim to.
    if (wasApplying || world.random.nextBoolean()) {
      report =
          report.toBuilder()
              .setEffectiveConfig(EffectiveConfig.getDefaultInstance())
              .setRemoteConfigStatus(RemoteConfigStatus.getDefaultInstance())
              .build();
    }
    if (!halfDuplex) {
      pipe.agentLeft(this);
    }
    start();
  }

  void changeHealth() {
    change(
        report.toBuilder()
            .setHealth(
                ComponentHealth.newBuilder()
                    .setHealthy(true)
                    .setStatus("s" + world.random.nextInt(5)))
            .build());
  }

  void changeDescription() {
    String value = Integer.toString(world.random.nextInt(5));
    change(report.toBuilder().setAgentDescription(description(value)).build());
  }

  /** The agent is another build from now on. */
  void changeComponents() {
    change(report.toBuilder().setAvailableComponents(components(world)).build());
  }

  /** The socket broke. */
  void broken() {
    connection++;
    take(machine.lost(state, Loss.of(LossKind.BROKEN, "reset"), world.now()));
  }

  /** The server answered; over HTTP the answer may never come. */
  void answer(long socket, ServerToAgent message) {
    int current = connection;
    if (halfDuplex) {
      pipe.carryAnswer(
          () -> onlyIf(current, () -> arrived(message)),
          () -> onlyIf(current, () -> lost("no answer")));
    } else {
      push(socket, message);
    }
  }

  /** The server spoke on its own, or in answer on a socket. */
  void push(long socket, ServerToAgent message) {
    int current = connection;
    pipe.carry(socket, () -> onlyIf(current, () -> arrived(message)));
  }

  private void start() {
    process++;
    nextSequence = 0;
    connection++;
    offered = AgentRemoteConfig.getDefaultInstance();
    machine =
        new ClientMachine(
            ClientSettings.defaults(halfDuplex ? Duplex.HALF : Duplex.FULL), world.random);
    state = machine.initial(uid, report);
    take(machine.started(state, world.now()));
  }

  private void change(AgentToServer next) {
    report = next;
    take(machine.changed(state, report, world.now()));
  }

  private void arrived(ServerToAgent message) {
    got.add(message);
    take(machine.received(state, message, world.now()));
  }

  private void lost(String why) {
    take(machine.lost(state, Loss.of(LossKind.BROKEN, why), world.now()));
  }

  private void take(ClientStep step) {
    state = step.state();
    step.notices().forEach(this::heed);
    step.send().ifPresent(this::send);
    switch (step.connection()) {
      case OPEN -> open();
      case CLOSE -> {
        connection++;
        if (!halfDuplex) {
          pipe.agentLeft(this);
        }
      }
      case KEEP -> {}
    }
    long mine = ++wakeUps;
    step.wakeUp()
        .ifPresent(
            when ->
                world.at(
                    later(when),
                    () -> {
                      if (mine == wakeUps) {
                        take(machine.wokeUp(state, world.now()));
                      }
                    }));
  }

  private Instant later(Instant when) {
    return when.isBefore(world.now()) ? world.now() : when;
  }

  private void open() {
    int current = ++connection;
    world.after(
        world.upTo(Duration.ofMillis(200)),
        () ->
            onlyIf(
                current,
                () -> {
                  if (world.noisy() && world.chance(0.2)) {
                    lost("refused");
                  } else {
                    take(machine.opened(state, world.now()));
                  }
                }));
  }

  private void send(AgentToServer message) {
    sent.add(message);
    if (message.getSequenceNum() != nextSequence) {
      gaps.add(message.getSequenceNum() + " instead of " + nextSequence);
    }
    nextSequence = message.getSequenceNum() + 1;
    int current = connection;
    long socket = pipe.socket();
    if (halfDuplex) {
      pipe.carryAnswer(
          () -> server.receive(this, socket, message),
          () -> onlyIf(current, () -> lost("request lost")));
    } else {
      pipe.carry(socket, () -> server.receive(this, socket, message));
    }
  }

  private void heed(Notice notice) {
    if (notice instanceof Notice.RemoteConfigOffered config) {
      offered = config.offer();
      int current = process;
      AgentRemoteConfig mine = offered;
      if (world.random.nextBoolean()) {
        world.after(Duration.ZERO, () -> onlyIn(current, () -> applying(mine)));
      }
      world.after(world.upTo(Duration.ofSeconds(40)), () -> onlyIn(current, () -> apply(mine)));
    }
  }

  private void applying(AgentRemoteConfig config) {
    if (config.equals(offered)) {
      change(withStatus(config, RemoteConfigStatuses.RemoteConfigStatuses_APPLYING).build());
    }
  }

  private void apply(AgentRemoteConfig config) {
    if (!config.equals(offered)) {
      return;
    }
    boolean bad = config.getConfigHash().toStringUtf8().startsWith("bad");
    AgentToServer.Builder next =
        bad
            ? withStatus(config, RemoteConfigStatuses.RemoteConfigStatuses_FAILED)
            : withStatus(config, RemoteConfigStatuses.RemoteConfigStatuses_APPLIED)
                .setEffectiveConfig(EffectiveConfig.newBuilder().setConfigMap(config.getConfig()));
    change(next.build());
  }

  private AgentToServer.Builder withStatus(AgentRemoteConfig config, RemoteConfigStatuses status) {
    return report.toBuilder()
        .setRemoteConfigStatus(
            RemoteConfigStatus.newBuilder()
                .setLastRemoteConfigHash(config.getConfigHash())
                .setStatus(status));
  }

  private void onlyIf(int wanted, Runnable action) {
    if (connection == wanted) {
      action.run();
    }
  }

  private void onlyIn(int wanted, Runnable action) {
    if (process == wanted) {
      action.run();
    }
  }

  private static AgentDescription description(String value) {
    return AgentDescription.newBuilder()
        .addIdentifyingAttributes(
            KeyValue.newBuilder()
                .setKey("service.name")
                .setValue(AnyValue.newBuilder().setStringValue(value)))
        .build();
  }

  /** One of few, so that agents share some. */
  private static AvailableComponents components(Simulation world) {
    String build = "build " + world.random.nextInt(4);
    return AvailableComponents.newBuilder()
        .setHash(hash(build))
        .putComponents(build, ComponentDetails.getDefaultInstance())
        .build();
  }

  static ByteString hash(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
