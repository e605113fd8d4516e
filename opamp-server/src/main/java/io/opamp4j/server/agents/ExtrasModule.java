package io.opamp4j.server.agents;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.opamp4j.server.CustomMessageHandler;
import io.opamp4j.server.LifecycleStep;
import io.opamp4j.server.LifecycleStep.Phase;
import io.opamp4j.server.PeriodicTask;
import io.opamp4j.server.Threads;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** The part of {@link AgentsModule} for orders, custom messages, catalogues and the journal. */
final class ExtrasModule extends AbstractModule {
  private static final Duration TICK = Duration.ofSeconds(1);
  private static final int PATIENT_THREADS = 2;
  private static final int HANDLER_THREADS = 4;
  private static final long STOP_SECONDS = 5;

  @Override
  protected void configure() {
    bind(AgentExtras.class).in(Scopes.SINGLETON);
    bind(CatalogueStore.class).in(Scopes.SINGLETON);
    bind(Catalogues.class).in(Scopes.SINGLETON);
    bind(OrderStore.class).in(Scopes.SINGLETON);
    bind(OrderBook.class).in(Scopes.SINGLETON);
    bind(OrderUpkeep.class).in(Scopes.SINGLETON);
    bind(OrderClaims.class).in(Scopes.SINGLETON);
    bind(OrderDesk.class).in(Scopes.SINGLETON);
    bind(CustomHandlers.class).in(Scopes.SINGLETON);
    bind(CustomMessages.class).in(Scopes.SINGLETON);
    bind(HandlerSender.class).in(Scopes.SINGLETON);
    bind(ExtrasUpkeep.class).in(Scopes.SINGLETON);
    bind(EventJournal.class).in(Scopes.SINGLETON);
    Multibinder.newSetBinder(binder(), AgentListener.class).addBinding().to(EventJournal.class);
    bind(StatusHistories.class).in(Scopes.SINGLETON);
    Multibinder.newSetBinder(binder(), AgentListener.class).addBinding().to(StatusHistories.class);
    Multibinder.newSetBinder(binder(), CustomMessageHandler.class);
  }

  @Provides
  @Singleton
  @PatientWork
  ExecutorService patientWork(Threads threads) {
    return Executors.newFixedThreadPool(PATIENT_THREADS, threads.named("orders"));
  }

  @Provides
  @PatientWork
  Executor patientWorkAsExecutor(@PatientWork ExecutorService executor) {
    return executor;
  }

  @Provides
  @Singleton
  @HandlerThreads
  ExecutorService handlerThreads(Threads threads) {
    return Executors.newFixedThreadPool(HANDLER_THREADS, threads.named("custom-messages"));
  }

  @Provides
  @HandlerThreads
  Executor handlerThreadsAsExecutor(@HandlerThreads ExecutorService executor) {
    return executor;
  }

  @ProvidesIntoSet
  @Singleton
  PeriodicTask upkeep(ExtrasUpkeep upkeep) {
    return new PeriodicTask("orders and catalogues", TICK, true, upkeep::tick);
  }

  /** Named to start after the agents, which it must know, and so to stop before them. */
  @ProvidesIntoSet
  @Singleton
  LifecycleStep extras(
      ExtrasUpkeep upkeep,
      CustomHandlers handlers,
      HandlerSender sender,
      @PatientWork ExecutorService patientWork,
      @HandlerThreads ExecutorService handlerThreads) {
    return new LifecycleStep(
        Phase.AGENTS,
        "agents' orders and messages",
        () -> {
          upkeep.start();
          upkeep.start(handlers, sender);
        },
        () -> {
          handlerThreads.shutdownNow();
          patientWork.shutdown();
          if (!patientWork.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            patientWork.shutdownNow();
          }
          upkeep.stop();
        });
  }
}
