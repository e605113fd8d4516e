package io.opamp4j.server.agents;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.opamp4j.server.LifecycleStep;
import io.opamp4j.server.LifecycleStep.Phase;
import io.opamp4j.server.PeriodicTask;
import jakarta.inject.Singleton;
import java.time.Duration;

/** The part of {@link AgentsModule} for the labels that operators give. */
final class LabelsModule extends AbstractModule {
  private static final Duration TICK = Duration.ofSeconds(1);

  @Override
  protected void configure() {
    bind(LabelStore.class).in(Scopes.SINGLETON);
    bind(LabelBook.class).in(Scopes.SINGLETON);
    bind(LabelUpkeep.class).in(Scopes.SINGLETON);
    bind(LabelDesk.class).in(Scopes.SINGLETON);
    bind(Relabelling.class).in(Scopes.SINGLETON);
  }

  @ProvidesIntoSet
  @Singleton
  PeriodicTask upkeep(LabelUpkeep upkeep) {
    return new PeriodicTask("labels of agents", TICK, true, upkeep::tick);
  }

  /** Named to start after the agents, which it must know, and so to stop before them. */
  @ProvidesIntoSet
  @Singleton
  LifecycleStep labels(Relabelling relabelling, LabelUpkeep upkeep) {
    return new LifecycleStep(
        Phase.AGENTS,
        "agents' labels",
        () -> {
          relabelling.start();
          upkeep.start();
        },
        upkeep::stop);
  }
}
