package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * Makes the version run that a rollout has come to: the new one when it is complete, the old one
 * again when it is taken back. Blocks; thread-safe.
 */
public final class RolloutSettlement {
  private final ConfigurationStore store;
  private final RunningVersions running;
  private final RolloutStore rollouts;

  @Inject
  RolloutSettlement(ConfigurationStore store, RunningVersions running, RolloutStore rollouts) {
    this.store = requireNonNull(store, "store");
    this.running = requireNonNull(running, "running");
    this.rollouts = requireNonNull(rollouts, "rollouts");
  }

  /**
   * Does so for the rollout of this configuration as it is kept, if it is still about what agents
   * get. Done twice, nothing more happens; whoever finds a rollout that another node has driven
   * does it again, because that node may have ended before it could.
   *
   * @throws UnreadableConfigurationException if the configuration cannot be read
   * @throws VersionConflictException if somebody else decides at the same moment
   */
  public void settle(String configuration) {
    Optional<ConfigurationRollout> rollout = rollouts.find(configuration);
    Optional<Configuration> latest =
        rollout.flatMap(kept -> store.find(configuration).filter(kept::isOf));
    if (latest.isEmpty()) {
      return;
    }
    RunningVersion now = running.of(latest.get());
    long settled = rollout.get().settled();
    if (rollout.get().concerns(now.version()) && now.version() != settled) {
      running.set(latest.get(), settled, now.revision());
    }
  }
}
