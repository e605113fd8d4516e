package io.opamp4j.server.cluster;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.opamp4j.core.timing.LeaseTimes;
import io.opamp4j.server.LifecycleStep;
import io.opamp4j.server.LifecycleStep.Phase;
import io.opamp4j.server.PeriodicTask;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.Threads;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Storage;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Binds {@link Membership} and {@link ShedDesk}. Needs a {@link NodeIdentity}, {@link NodeDuties},
 * a {@link Storage} with its {@link DocumentStore}, and {@link Threads}.
 */
public final class ClusterModule extends AbstractModule {
  private static final Duration SHED_TICK = Duration.ofSeconds(1);
  private static final Duration LONGEST_TICK = Duration.ofSeconds(1);
  private static final int TICKS_PER_LEASE = 10;
  private static final long STOP_SECONDS = 5;

  @Provides
  @Singleton
  Membership membership(
      NodeIdentity me,
      NodeDuties duties,
      Storage storage,
      DocumentStore documents,
      ServerConfig config,
      InstantSource clock) {
    return storage.shared()
        ? new SharedMembership(
            me, duties, documents, new LeaseTimes(config.cluster().lease()), clock)
        : new LoneMembership(me, duties, clock);
  }

  @Provides
  @Singleton
  ShedDesk shedDesk(DocumentStore documents, Membership membership, NodeDuties duties) {
    return new ShedDesk(documents, membership, duties);
  }

  @Provides
  @Singleton
  @ClusterThread
  ScheduledExecutorService clusterThread(Threads threads) {
    return Executors.newSingleThreadScheduledExecutor(threads.named("cluster"));
  }

  @ProvidesIntoSet
  @Singleton
  PeriodicTask shed(ShedDesk desk) {
    return new PeriodicTask("orders to shed connections", SHED_TICK, true, now -> desk.tick());
  }

  /** In this phase, so that the node is known before it speaks for agents, and until it is done. */
  @ProvidesIntoSet
  @Singleton
  LifecycleStep cluster(
      Membership membership, ServerConfig config, @ClusterThread ScheduledExecutorService thread) {
    return new LifecycleStep(
        Phase.FLEET,
        "cluster",
        () -> {
          if (membership instanceof SharedMembership shared) {
            shared.join();
            long pause = tick(config.cluster().lease()).toMillis();
            thread.scheduleWithFixedDelay(shared::tick, pause, pause, TimeUnit.MILLISECONDS);
          }
        },
        () -> {
          thread.shutdown();
          if (!thread.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
            thread.shutdownNow();
          }
          if (membership instanceof SharedMembership shared) {
            shared.leave();
          }
        });
  }

  private static Duration tick(Duration lease) {
    Duration tick = lease.dividedBy(TICKS_PER_LEASE);
    return tick.compareTo(LONGEST_TICK) < 0 ? tick : LONGEST_TICK;
  }
}
