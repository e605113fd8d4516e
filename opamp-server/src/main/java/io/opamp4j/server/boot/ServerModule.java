package io.opamp4j.server.boot;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Scopes;
import com.google.inject.Singleton;
import com.google.inject.matcher.Matchers;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.opamp4j.server.LifecycleStep;
import io.opamp4j.server.LifecycleStep.Phase;
import io.opamp4j.server.ListenAddress;
import io.opamp4j.server.PeriodicTask;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.Threads;
import io.opamp4j.server.cluster.NodeIdentity;
import io.opamp4j.server.rest.ServerInfo;
import io.opamp4j.storage.Storage;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.random.RandomGenerator;

/** What every part may ask for: the configuration, time and chance. */
final class ServerModule extends AbstractModule {
  private final ServerConfig config;
  private final OpenedStorages opened;

  ServerModule(ServerConfig config, OpenedStorages opened) {
    this.config = config;
    this.opened = opened;
  }

  @Override
  protected void configure() {
    binder().requireExplicitBindings();
    binder().requireAtInjectOnConstructors();
    binder().requireExactBindingAnnotations();
    binder().disableCircularProxies();
    bindListener(Matchers.any(), opened);

    bind(ServerConfig.class).toInstance(config);
    // Storage keeps milliseconds; with finer times a restart would change what is shown.
    bind(InstantSource.class).toInstance(Clock.tickMillis(ZoneOffset.UTC));
    // Shared between threads, and uids must not be guessable: so not a faster, weaker generator.
    bind(RandomGenerator.class).toInstance(new SecureRandom());
    bind(Threads.class).toInstance(new DaemonThreads());
    bind(Timer.class).in(Scopes.SINGLETON);
    Multibinder.newSetBinder(binder(), LifecycleStep.class);
    Multibinder.newSetBinder(binder(), PeriodicTask.class);
    OptionalBinder.newOptionalBinder(binder(), ListenAddress.class);
  }

  @Provides
  @Singleton
  NodeIdentity node(InstantSource clock, RandomGenerator random) {
    return NodeIdentity.of(config, hostName(), Usage.productVersion(), clock.instant(), random);
  }

  /** Unless configured, the plain name of the host is enough for people. */
  @Provides
  @Singleton
  ServerInfo info() {
    return new ServerInfo(
        Usage.productVersion(), config.cluster().node().orElseGet(ServerModule::hostName));
  }

  @ProvidesIntoSet
  @Singleton
  LifecycleStep storage(Storage storage) {
    return new LifecycleStep(
        Phase.STORAGE, "storage", () -> StorageCheck.require(storage), storage::close);
  }

  @ProvidesIntoSet
  @Singleton
  LifecycleStep timer(Timer timer) {
    return new LifecycleStep(Phase.TIMER, "timer", timer::start, timer::stop);
  }

  /** A name for people; nothing depends on it. */
  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
