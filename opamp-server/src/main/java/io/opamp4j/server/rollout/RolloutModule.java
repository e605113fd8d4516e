package io.opamp4j.server.rollout;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;
import com.google.inject.multibindings.ProvidesIntoSet;
import io.opamp4j.server.PeriodicTask;
import io.opamp4j.server.cluster.Membership;
import jakarta.inject.Singleton;
import java.time.Duration;

/** Binds {@link RolloutDesk}, and contributes what drives rollouts. */
public final class RolloutModule extends AbstractModule {
  private static final Duration TICK = Duration.ofSeconds(1);

  @Override
  protected void configure() {
    bind(Findings.class);
    bind(RolloutController.class).in(Scopes.SINGLETON);
    bind(RolloutDesk.class).in(Scopes.SINGLETON);
  }

  @ProvidesIntoSet
  @Singleton
  PeriodicTask drive(RolloutController controller, Membership nodes) {
    return new PeriodicTask(
        "rollouts",
        TICK,
        true,
        now -> {
          if (nodes.isLeader()) {
            controller.tick(now);
          } else {
            controller.letGo();
          }
        });
  }
}
