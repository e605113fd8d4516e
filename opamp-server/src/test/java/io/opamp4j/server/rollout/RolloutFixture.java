package io.opamp4j.server.rollout;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.Stage;
import com.google.inject.util.Modules;
import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.rollout.RolloutPlan;
import io.opamp4j.core.server.AgentStatus;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.Threads;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.agents.AgentsModule;
import io.opamp4j.server.agents.BrittleDocumentStore;
import io.opamp4j.server.agents.Catalogues;
import io.opamp4j.server.agents.Connection;
import io.opamp4j.server.cluster.ClusterModule;
import io.opamp4j.server.cluster.NodeIdentity;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.ConfigurationDraft;
import io.opamp4j.server.fleet.FleetEditor;
import io.opamp4j.server.fleet.FleetModule;
import io.opamp4j.server.fleet.FleetUnderTest;
import io.opamp4j.server.fleet.FleetWatcher;
import io.opamp4j.server.fleet.RolloutSettlement;
import io.opamp4j.server.fleet.RolloutStore;
import io.opamp4j.server.fleet.Selector;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.memory.MemoryStoragePlugin;
import io.opamp4j.testkit.ManualTime;
import io.opamp4j.testkit.storage.TextOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.function.BiPredicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** A fleet of simulated agents, and everything of the server that has to do with rollouts. */
final class RolloutFixture implements AutoCloseable {
  final ManualTime time = new ManualTime();
  final FleetEditor editor;
  final FleetWatcher fleet;
  final RolloutDesk desk;
  final RolloutController controller;
  final BrittleDocumentStore documents =
      new BrittleDocumentStore(Guice.createInjector(memory()).getInstance(DocumentStore.class));

  /** How often somebody has looked at every agent. */
  int walks;

  /** Which agents cannot run which configuration. */
  BiPredicate<Agent, String> fails = (agent, config) -> false;

  private final NavigableMap<InstanceUid, Agent> agents = new TreeMap<>();
  private final Injector injector;

  RolloutFixture() {
    injector =
        Guice.createInjector(
            Stage.PRODUCTION,
            Modules.override(memory())
                .with(binder -> binder.bind(DocumentStore.class).toInstance(documents)),
            new ClusterModule(),
            new FleetModule(),
            new RolloutModule(),
            Modules.override(new AgentsModule())
                .with(
                    new AbstractModule() {
                      @Override
                      protected void configure() {
                        bind(AgentDirectory.class).toInstance(directory());
                      }
                    }),
            new AbstractModule() {
              @Override
              protected void configure() {
                binder().requireExplicitBindings();
                bind(Threads.class).toInstance(name -> Executors.defaultThreadFactory());
                bind(InstantSource.class).toInstance(time);
                bind(NodeIdentity.class)
                    .toInstance(
                        new NodeIdentity("n-1", "n", "127.0.0.1:4320", "1", time.instant()));
                bind(ServerConfig.class).toInstance(ServerConfig.defaults());
                bind(RandomGenerator.class).toInstance(new SplittableRandom(1));
              }
            });
    editor = injector.getInstance(FleetEditor.class);
    fleet = injector.getInstance(FleetWatcher.class);
    desk = injector.getInstance(RolloutDesk.class);
    controller = injector.getInstance(RolloutController.class);
    fleet.start();
  }

  /** One simulated agent. Its report is replaced when it has something to say. */
  static final class Agent {
    final InstanceUid uid;
    AgentNote note;
    boolean connected = true;

    /** Says nothing of what it is offered. */
    boolean silent;

    String runs = "";
    private AgentToServer report;
    private ByteString tried = ByteString.EMPTY;

    Agent(InstanceUid uid, Map<String, String> labels) {
      this.uid = uid;
      this.note = AgentNote.ofLabels(labels);
      this.report =
          AgentToServer.newBuilder().setInstanceUid(uid.toBytes()).setCapabilities(0x1003).build();
    }
  }

  void add(int count, Map<String, String> labels) {
    for (int i = 0; i < count; i++) {
      // Sequences of uids must not be the order of a rollout.
      Agent agent = new Agent(new InstanceUid(7, agents.size()), labels);
      agents.put(agent.uid, agent);
    }
  }

  Agent agent(int index) {
    return agents.get(new InstanceUid(7, index));
  }

  Stream<Agent> agents() {
    return agents.values().stream();
  }

  long running(String config) {
    return agents().filter(agent -> agent.runs.equals(config)).count();
  }

  Configuration write(String text, FleetEditor.Going going) {
    return write("web", "", 0, text, going);
  }

  Configuration write(
      String name, String selector, int priority, String text, FleetEditor.Going going) {
    ConfigurationDraft draft =
        new ConfigurationDraft(
            name,
            selector,
            priority,
            text,
            Map.of("c.txt", new ConfigurationDraft.File("", text, null)));
    Optional<Long> version = editor.version(name);
    return version.isEmpty()
        ? editor.create(draft, going)
        : editor.replace(name, draft, going, version.get());
  }

  RolloutDesk.Request request(RolloutPlan plan, String... selectors) {
    return requestOf("web", plan, selectors);
  }

  RolloutDesk.Request requestOf(String name, RolloutPlan plan, String... selectors) {
    Configuration latest = editor.find(name).orElseThrow();
    return new RolloutDesk.Request(
        latest, latest, plan, Stream.of(selectors).map(Selector::parse).toList());
  }

  RolloutDesk.Report report() {
    return report("web");
  }

  RolloutDesk.Report report(String name) {
    return desk.find(name).orElseThrow();
  }

  long runningVersion() {
    return editor.running(editor.find("web").orElseThrow()).version();
  }

  /** Where operators steer at another node, which does not drive. */
  RolloutDesk elsewhere() {
    return desk(
        fleet,
        editor,
        injector.getInstance(RolloutStore.class),
        injector.getInstance(RolloutSettlement.class));
  }

  /** The same at a node that is told of no change from now on. */
  RolloutDesk deaf() {
    FleetUnderTest view = new FleetUnderTest(documents, listener -> () -> {}, time);
    view.watcher.start();
    return desk(view.watcher, view.editor, view.rollouts, view.settlement);
  }

  private RolloutDesk desk(
      FleetWatcher watcher, FleetEditor edits, RolloutStore store, RolloutSettlement settlement) {
    AgentDirectory directory = injector.getInstance(AgentDirectory.class);
    Catalogues components = injector.getInstance(Catalogues.class);
    Findings findings = new Findings(directory, components);
    RolloutController idle =
        new RolloutController(watcher, store, settlement, findings, directory, components);
    return new RolloutDesk(idle, findings, store, edits, watcher, directory, components, time);
  }

  /** Lets time pass second by second: agents take what they are offered, then the server looks. */
  void pass(Duration duration) {
    for (long second = 0; second < duration.toSeconds(); second++) {
      time.advance(Duration.ofSeconds(1));
      agentsTakeOffers();
      controller.tick(time.instant());
      fleet.refresh().toCompletableFuture().join();
    }
    agentsTakeOffers();
  }

  /** As after a kill: nothing in memory, the storage as it was. */
  void restart() {
    controller.letGo();
  }

  Target target(Agent agent) {
    return fleet
        .current()
        .resolve(agent.report, agent.note, injector.getInstance(Catalogues.class));
  }

  private void agentsTakeOffers() {
    for (Agent agent : agents.values()) {
      Target target = target(agent);
      ByteString hash = target.offers().getRemoteConfig().getConfigHash();
      boolean has = agent.report.getRemoteConfigStatus().getLastRemoteConfigHash().equals(hash);
      boolean offered =
          agent.connected
              && !agent.silent
              && target.offers().hasRemoteConfig()
              && target.withheld().isEmpty()
              && (!has || (target.retry() && !agent.tried.equals(hash)));
      if (!offered) {
        continue;
      }
      String config =
          target
              .offers()
              .getRemoteConfig()
              .getConfig()
              .getConfigMapMap()
              .values()
              .iterator()
              .next()
              .getBody()
              .toStringUtf8();
      boolean failed = fails.test(agent, config);
      agent.tried = has && failed ? hash : ByteString.EMPTY;
      agent.runs = failed ? agent.runs : config;
      agent.report =
          agent.report.toBuilder()
              .setRemoteConfigStatus(
                  RemoteConfigStatus.newBuilder()
                      .setLastRemoteConfigHash(hash)
                      .setStatus(
                          failed
                              ? RemoteConfigStatuses.RemoteConfigStatuses_FAILED
                              : RemoteConfigStatuses.RemoteConfigStatuses_APPLIED)
                      .setErrorMessage(failed ? "no such exporter" : ""))
              .build();
    }
  }

  private static Module memory() {
    return new MemoryStoragePlugin().module(new TextOptions(List.of(), Map.of()));
  }

  private AgentDirectory directory() {
    return new AgentDirectory() {
      @Override
      public Optional<AgentView> find(InstanceUid uid) {
        return Optional.ofNullable(agents.get(uid)).map(RolloutFixture.this::view);
      }

      @Override
      public Stream<AgentView> list(Optional<InstanceUid> after) {
        walks++;
        return agents.values().stream().map(RolloutFixture.this::view);
      }
    };
  }

  private AgentView view(Agent agent) {
    return new AgentView(
        agent.uid,
        new AgentStatus(ConnectionState.CONNECTED, "it is a test"),
        ManualTime.START,
        agent.report,
        agent.note,
        Target.NONE,
        ManualTime.START,
        ManualTime.START,
        agent.connected ? Optional.of(Connection.Transport.WEBSOCKET) : Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  @Override
  public void close() {
    fleet.close();
  }
}
