package io.opamp4j.server.fleet;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.PARAMETER;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.opamp4j.server.ConfigurationCheck;
import io.opamp4j.server.LifecycleStep;
import io.opamp4j.server.LifecycleStep.Phase;
import io.opamp4j.server.PeriodicTask;
import io.opamp4j.server.Threads;
import jakarta.inject.Qualifier;
import jakarta.inject.Singleton;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Binds {@link FleetSource}, {@link FleetWatcher} and {@link FleetEditor}. Needs a {@link
 * io.opamp4j.storage.DocumentStore}, a {@link io.opamp4j.storage.ChangeFeed}, an {@link
 * java.time.InstantSource} and {@link Threads}.
 */
public final class FleetModule extends AbstractModule {

  /** Marks the one thread on which the fleet is read and its listeners are called. */
  @Qualifier
  @Retention(RUNTIME)
  @Target({PARAMETER, METHOD})
  @interface FleetThread {}

  @Override
  protected void configure() {
    bind(ConfigurationStore.class);
    bind(ConfigurationHistory.class);
    bind(RunningVersions.class);
    bind(FleetReader.class);
    bind(ConfigurationChecks.class);
    bind(RolloutStore.class);
    bind(RolloutSettlement.class);
    Multibinder.newSetBinder(binder(), ConfigurationCheck.class);
    bind(FleetWatcher.class);
    bind(FleetEditor.class);
    bind(FleetSource.class).to(FleetWatcher.class);
  }

  @Provides
  @Singleton
  @FleetThread
  ExecutorService fleetThread(Threads threads) {
    return Executors.newSingleThreadExecutor(threads.named("fleet"));
  }

  @ProvidesIntoSet
  @Singleton
  LifecycleStep fleet(FleetWatcher watcher) {
    return new LifecycleStep(Phase.FLEET, "fleet", watcher::start, watcher::close);
  }

  @ProvidesIntoSet
  @Singleton
  PeriodicTask reread(FleetWatcher watcher) {
    return new PeriodicTask("fleet re-read", Duration.ofSeconds(1), false, watcher::tick);
  }
}
