package io.opamp4j.server.agents;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.opamp4j.core.Capabilities;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentMachine;
import io.opamp4j.proto.ServerCapabilities;
import io.opamp4j.server.LifecycleStep;
import io.opamp4j.server.LifecycleStep.Phase;
import io.opamp4j.server.PeriodicTask;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.Threads;
import io.opamp4j.server.cluster.NodeDuties;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Binds {@link AgentInbox} and {@link AgentDirectory}, and contributes what keeps them going. */
public final class AgentsModule extends AbstractModule {
  private static final Duration SWEEP_TICK = Duration.ofSeconds(1);
  private static final Duration FLUSH = Duration.ofSeconds(1);
  private static final Duration FOLLOW = Duration.ofSeconds(1);
  private static final Duration SHED = Duration.ofMillis(200);
  private static final Duration REFUSALS = Duration.ofSeconds(5);
  private static final long DRAIN_SECONDS = 10;

  private static final long SERVER_CAPABILITIES =
      Capabilities.of(
          ServerCapabilities.ServerCapabilities_AcceptsStatus,
          ServerCapabilities.ServerCapabilities_OffersRemoteConfig,
          ServerCapabilities.ServerCapabilities_AcceptsEffectiveConfig);

  @Override
  protected void configure() {
    bind(AgentHub.class).in(Scopes.SINGLETON);
    bind(AgentInbox.class).to(AgentHub.class);
    bind(AgentDirectory.class).to(AgentHub.class);
    bind(Intake.class).in(Scopes.SINGLETON);
    bind(AgentWork.class).in(Scopes.SINGLETON);
    bind(Targets.class).in(Scopes.SINGLETON);
    bind(NewUids.class).in(Scopes.SINGLETON);
    bind(Rivals.class).in(Scopes.SINGLETON);
    bind(GatewayControl.class).to(BindplaneGateway.class).in(Scopes.SINGLETON);
    bind(Sessions.class).in(Scopes.SINGLETON);
    bind(ConnectionRegistry.class).in(Scopes.SINGLETON);
    bind(SilenceWatch.class).in(Scopes.SINGLETON);
    bind(RecordWriter.class).in(Scopes.SINGLETON);
    bind(Claims.class).in(Scopes.SINGLETON);
    bind(RemoteWork.class).in(Scopes.SINGLETON);
    bind(Mirror.class).in(Scopes.SINGLETON);
    bind(NodeWork.class).in(Scopes.SINGLETON);
    bind(NodeDuties.class).to(NodeWork.class);
    bind(AgentEvents.class).in(Scopes.SINGLETON);
    bind(RefusalLog.class).in(Scopes.SINGLETON);
    bind(HeartbeatSweep.class).in(Scopes.SINGLETON);
    Multibinder.newSetBinder(binder(), AgentListener.class).addBinding().to(EventLog.class);
    bind(EventLog.class).in(Scopes.SINGLETON);
    install(new ExtrasModule());
    install(new NotesModule());
  }

  @Provides
  @Singleton
  AgentMachine machine(
      HeartbeatOffer heartbeat,
      CustomHandlers handlers,
      InstantSource clock,
      RandomGenerator random) {
    return new AgentMachine(
        SERVER_CAPABILITIES | heartbeat.serverCapability(),
        handlers.capabilities(),
        () -> InstanceUid.generate(clock.instant(), random));
  }

  @Provides
  @Singleton
  Liveness liveness(ServerConfig config) {
    return new Liveness(config.agents());
  }

  @Provides
  @Singleton
  MemoryBudget memory(ServerConfig config) {
    return new MemoryBudget(config.agents().limits().buffered());
  }

  @Provides
  @Singleton
  AdmissionGate gate(
      ServerConfig config, MemoryBudget memory, InstantSource clock, RandomGenerator random) {
    return new AdmissionGate(config.agents().admission(), memory, clock, random);
  }

  @Provides
  @Singleton
  HeartbeatOffer heartbeatOffer(ServerConfig config) {
    return new HeartbeatOffer(config.agents());
  }

  @Provides
  ServerConfig.Agents agentsConfig(ServerConfig config) {
    return config.agents();
  }

  /** The work does not block, so more threads than cores would only take turns. */
  @Provides
  @Singleton
  @AgentWorkers
  ExecutorService workers(Threads threads) {
    int cores = Math.max(2, Runtime.getRuntime().availableProcessors());
    return Executors.newFixedThreadPool(cores, threads.named("agents"));
  }

  @Provides
  @AgentWorkers
  Executor workersAsExecutor(@AgentWorkers ExecutorService workers) {
    return workers;
  }

  @Provides
  @Singleton
  @ListenerThread
  ExecutorService listenerThread(Threads threads) {
    return Executors.newSingleThreadExecutor(threads.named("agent-listeners"));
  }

  @Provides
  @ListenerThread
  Executor listenerThreadAsExecutor(@ListenerThread ExecutorService thread) {
    return thread;
  }

  @ProvidesIntoSet
  @Singleton
  PeriodicTask sweep(HeartbeatSweep sweep) {
    return new PeriodicTask("heartbeat sweep", SWEEP_TICK, false, sweep::tick);
  }

  @ProvidesIntoSet
  @Singleton
  PeriodicTask flush(RecordWriter writer) {
    return new PeriodicTask("agent record flush", FLUSH, true, now -> writer.flush());
  }

  @ProvidesIntoSet
  @Singleton
  PeriodicTask refusals(RefusalLog log) {
    return new PeriodicTask("log of refused agents", REFUSALS, false, log::tick);
  }

  @ProvidesIntoSet
  @Singleton
  PeriodicTask follow(Mirror mirror) {
    return new PeriodicTask("agents of other nodes", FOLLOW, true, mirror::tick);
  }

  @ProvidesIntoSet
  @Singleton
  PeriodicTask shed(NodeWork work) {
    return new PeriodicTask("shedding of connections", SHED, false, work::tick);
  }

  @ProvidesIntoSet
  @Singleton
  LifecycleStep agents(
      Mirror mirror,
      AgentHub hub,
      RecordWriter writer,
      @AgentWorkers ExecutorService workers,
      @ListenerThread ExecutorService listeners) {
    return new LifecycleStep(
        Phase.AGENTS,
        "agents",
        () -> {
          mirror.load();
          hub.start();
        },
        () -> {
          drain(workers);
          writer.flush();
          drain(listeners);
        });
  }

  private static void drain(ExecutorService executor) throws InterruptedException {
    executor.shutdown();
    if (!executor.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
      executor.shutdownNow();
    }
  }
}
