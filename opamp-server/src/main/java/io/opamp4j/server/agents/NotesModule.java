package io.opamp4j.server.agents;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.opamp4j.server.LifecycleStep;
import io.opamp4j.server.LifecycleStep.Phase;
import io.opamp4j.server.PeriodicTask;
import io.opamp4j.server.fleet.FixedPins;
import jakarta.inject.Singleton;
import java.time.Duration;

/** The part of {@link AgentsModule} for what operators say of agents: labels and pins. */
final class NotesModule extends AbstractModule {
  private static final Duration TICK = Duration.ofSeconds(1);

  @Override
  protected void configure() {
    bind(NoteStore.class).in(Scopes.SINGLETON);
    bind(NoteBook.class).in(Scopes.SINGLETON);
    bind(FixedPins.class).to(NoteBook.class);
    bind(NoteUpkeep.class).in(Scopes.SINGLETON);
    bind(NoteDelivery.class).in(Scopes.SINGLETON);
    bind(NoteEditor.class).in(Scopes.SINGLETON);
    bind(LabelDesk.class).in(Scopes.SINGLETON);
    bind(PinDesk.class).in(Scopes.SINGLETON);
  }

  @ProvidesIntoSet
  @Singleton
  PeriodicTask upkeep(NoteUpkeep upkeep) {
    return new PeriodicTask("labels and pins of agents", TICK, true, upkeep::tick);
  }

  /** Before the fleet, which must have the versions that agents are pinned to. */
  @ProvidesIntoSet
  @Singleton
  LifecycleStep notes(NoteUpkeep upkeep) {
    return new LifecycleStep(Phase.FLEET, "agents' labels and pins", upkeep::start, upkeep::stop);
  }

  /** Named to start after the agents, whose sessions begin with what was said of them before. */
  @ProvidesIntoSet
  @Singleton
  LifecycleStep delivery(NoteDelivery delivery) {
    return new LifecycleStep(
        Phase.AGENTS, "agents' labels and pins, delivered", delivery::start, delivery::stop);
  }
}
