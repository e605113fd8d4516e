package io.opamp4j.server.fleet;

import static java.lang.annotation.ElementType.METHOD;
import static java.lang.annotation.ElementType.PARAMETER;
import static java.lang.annotation.RetentionPolicy.RUNTIME;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import jakarta.inject.Qualifier;
import jakarta.inject.Singleton;
import java.lang.annotation.Retention;
import java.lang.annotation.Target;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Binds {@link FleetSource}, {@link FleetWatcher} and {@link FleetEditor}. Needs a {@link
 * io.opamp4j.storage.DocumentStore}, a {@link io.opamp4j.storage.ChangeFeed} and an {@link
 * java.time.InstantSource}. Whoever boots calls {@link FleetWatcher#start}, {@link
 * FleetWatcher#tick} and {@link FleetWatcher#close}.
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
    bind(FleetWatcher.class);
    bind(FleetEditor.class);
    bind(FleetSource.class).to(FleetWatcher.class);
  }

  @Provides
  @Singleton
  @FleetThread
  ExecutorService fleetThread() {
    return Executors.newSingleThreadExecutor(
        work -> {
          Thread thread = new Thread(work, "fleet");
          thread.setDaemon(true);
          return thread;
        });
  }
}
