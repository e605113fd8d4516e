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

  @Inject
  RolloutSettlement(ConfigurationStore store, RunningVersions running) {
    this.store = requireNonNull(store, "store");
    this.running = requireNonNull(running, "running");
  }

  /**
   * Does so, if the rollout is still about what agents get. Done twice, nothing more happens.
   *
   * @throws UnreadableConfigurationException if the configuration cannot be read
   * @throws VersionConflictException if somebody else decides at the same moment
   */
  public void settle(ConfigurationRollout rollout) {
    Optional<Configuration> latest = store.find(rollout.configuration()).filter(rollout::isOf);
    if (latest.isEmpty()) {
      return;
    }
    RunningVersion now = running.of(latest.get());
    if (rollout.concerns(now.version()) && now.version() != rollout.settled()) {
      running.set(latest.get(), rollout.settled(), now.revision());
    }
  }
}
