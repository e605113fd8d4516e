package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.AgentMachine;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.CustomMessageHandler;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.cluster.Membership;
import io.opamp4j.server.cluster.NodeUnderTest;
import io.opamp4j.server.fleet.ConfigurationRef;
import io.opamp4j.server.fleet.FleetSource;
import io.opamp4j.server.fleet.FleetView;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.testkit.ManualTime;
import io.opamp4j.testkit.storage.Stores;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** A hub with manual time, an executor whose tasks run when told, and a fleet that tests set. */
final class Hub implements FleetSource {
  static final InstanceUid UID = InstanceUid.parse("0190f5c2-7a3b-7c11-8d22-0123456789ab");
  static final InstanceUid OTHER = InstanceUid.parse("0190f5c2-7a3b-7c11-8d22-ba9876543210");
  static final InstanceUid FRESH = InstanceUid.parse("0190f5c2-7a3b-7c11-8d22-ffffffffffff");

  final ManualTime time;
  final List<AgentEvent> events = new ArrayList<>();
  final AgentHub hub;
  final HeartbeatSweep sweep;
  final RecordWriter writer;
  final Mirror mirror;
  final Sessions sessions;
  final Intake intake;
  final MemoryBudget memory;
  final AdmissionGate gate;
  final ConnectionRegistry registry = new ConnectionRegistry();

  final ExtrasFixture beside;

  private final List<Runnable> tasks = new ArrayList<>();
  private final List<Consumer<FleetView>> subscribers = new ArrayList<>();
  private boolean listenersFail;
  private int uidsMade;
  final List<ConfigurationRef> pinned = new ArrayList<>();
  private FleetView view = (report, note, components) -> Target.NONE;

  Hub(AgentStore store, ServerConfig.Agents config) {
    this(store, config, ExtrasFixture.memory());
  }

  /**
   * @param extras holds what is kept in documents, which several hubs may share
   */
  Hub(
      AgentStore store,
      ServerConfig.Agents config,
      Stores extras,
      CustomMessageHandler... handlers) {
    this(store, config, extras, new ManualTime(), Optional.empty(), handlers);
  }

  /**
   * @param cluster of which this is a node; empty if it is alone
   */
  Hub(
      AgentStore store,
      ServerConfig.Agents config,
      Stores extras,
      ManualTime time,
      Optional<Membership> cluster,
      CustomMessageHandler... handlers) {
    this.time = time;
    Membership membership = cluster.orElseGet(() -> NodeUnderTest.alone(time));
    Claims claims = new Claims(membership, store);
    memory = new MemoryBudget(config.limits().buffered());
    Liveness liveness = new Liveness(config);
    SilenceWatch silence = new SilenceWatch(liveness);
    AgentEvents listeners =
        new AgentEvents(
            new LinkedHashSet<>(List.<AgentListener>of(this::maybeFail, events::add)),
            Runnable::run);
    writer = new RecordWriter(store, claims);
    HeartbeatOffer heartbeat = new HeartbeatOffer(config);
    beside = new ExtrasFixture(extras, claims, time, handlers);
    sessions = new Sessions(store, beside.noteBook, tasks::add);
    Targets targets = new Targets(this, beside.catalogues, heartbeat);
    AgentMachine machine =
        new AgentMachine(
            0x7 | heartbeat.serverCapability(), beside.handlers.capabilities(), this::nextFresh);
    AgentWork work =
        new AgentWork(
            machine, targets, sessions, silence, writer, listeners, beside.extras, claims, time);
    mirror =
        new Mirror(
            store,
            sessions,
            new RemoteWork(claims, targets, silence, writer, listeners, sessions, time),
            claims,
            membership);
    gate = new AdmissionGate(config.admission(), memory, time, new Random(1));
    intake = new Intake(memory, gate, time);
    NewUids newUids = new NewUids(machine, sessions, listeners, time);
    Rivals rivals = new Rivals(work, newUids, listeners, gate, config, time);
    hub =
        new AgentHub(
            intake, work, sessions, registry, silence, rivals, targets, this::gateway, time);
    sweep = new HeartbeatSweep(hub, rivals, registry, liveness, config, time);
    beside.noteUpkeep.start();
    mirror.load();
    hub.start();
    beside.start(sessions, work, this, time);
    run();
  }

  /** The claims of a node that is alone. */
  static Claims alone() {
    return new Claims(NodeUnderTest.alone(new ManualTime()), ExtrasFixture.memory().agents());
  }

  /** The uid handed out first is {@link #FRESH}, the others follow it. */
  private InstanceUid nextFresh() {
    return new InstanceUid(FRESH.mostSignificant(), FRESH.leastSignificant() + uidsMade++);
  }

  /** Answers a gateway's own message with the same message, unless it is empty. */
  private Optional<CustomMessage> gateway(CustomMessage message) {
    return message.getData().isEmpty() ? Optional.empty() : Optional.of(message);
  }

  /** Runs what is waiting, and what that leads to. */
  void run() {
    do {
      while (!tasks.isEmpty()) {
        tasks.remove(0).run();
      }
    } while (beside.runSome());
  }

  /** Runs one piece of what is waiting, any of them, as if there were many workers. */
  void runOne(SplittableRandom random) {
    if (!tasks.isEmpty()) {
      tasks.remove(random.nextInt(tasks.size())).run();
    }
  }

  /** Runs what is waiting in any order. */
  void runAll(SplittableRandom random) {
    do {
      while (!tasks.isEmpty()) {
        runOne(random);
      }
    } while (beside.runSome());
  }

  /** Delivers a message, lets the work be done, and returns the answers. */
  List<ServerToAgent> deliver(FakeConnection connection, AgentToServer.Builder message) {
    hub.received(connection, message.build());
    run();
    return connection.takeSent();
  }

  /** Lets time pass second by second, with the ticks of the sweep. */
  void pass(Duration duration) {
    for (long second = 0; second < duration.toSeconds(); second++) {
      time.advance(Duration.ofSeconds(1));
      sweep.tick(time.instant());
      run();
      beside.upkeep.tick(time.instant());
      beside.noteUpkeep.tick(time.instant());
      run();
    }
  }

  AgentView view(InstanceUid uid) {
    return hub.find(uid).orElseThrow();
  }

  void want(String configHash) {
    AgentRemoteConfig config =
        AgentRemoteConfig.newBuilder().setConfigHash(ByteString.copyFromUtf8(configHash)).build();
    Target target =
        new Target(
            ServerToAgent.newBuilder().setRemoteConfig(config).build(),
            configHash,
            List.of(),
            Optional.empty());
    want((report, note, components) -> target);
  }

  void want(FleetView wanted) {
    view = wanted;
    subscribers.forEach(subscriber -> subscriber.accept(view));
    run();
  }

  void failListeners() {
    listenersFail = true;
  }

  private void maybeFail(AgentEvent event) {
    if (listenersFail) {
      throw new IllegalStateException("a listener fails on " + event);
    }
  }

  static AgentToServer.Builder bare(InstanceUid uid, long sequence) {
    return AgentToServer.newBuilder().setInstanceUid(uid.toBytes()).setSequenceNum(sequence);
  }

  static AgentToServer.Builder first(InstanceUid uid, long capabilities) {
    return bare(uid, 0)
        .setCapabilities(capabilities)
        .setAgentDescription(AgentDescription.getDefaultInstance());
  }

  @Override
  public FleetView current() {
    return view;
  }

  @Override
  public void subscribe(Consumer<FleetView> listener) {
    subscribers.add(listener);
  }

  @Override
  public void pinned(ConfigurationRef version) {
    pinned.add(version);
  }
}
