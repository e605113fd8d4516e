package io.opamp4j.server.fleet;

import io.opamp4j.storage.ChangeFeed;
import io.opamp4j.storage.DocumentStore;
import java.time.InstantSource;
import java.util.Set;

/** The fleet of one node, read on the thread that asks; opens this package to tests of others. */
public final class FleetUnderTest {
  public final FleetWatcher watcher;
  public final FleetEditor editor;
  public final RolloutStore rollouts;
  public final RolloutSettlement settlement;

  public FleetUnderTest(DocumentStore documents, ChangeFeed feed, InstantSource clock) {
    ConfigurationChecks checks = new ConfigurationChecks(Set.of());
    ConfigurationHistory history = new ConfigurationHistory(documents);
    ConfigurationStore store = new ConfigurationStore(documents, history, clock);
    RunningVersions running = new RunningVersions(documents);
    rollouts = new RolloutStore(documents);
    settlement = new RolloutSettlement(store, running, rollouts);
    watcher =
        new FleetWatcher(
            new FleetReader(store, running, history, rollouts, Set::of, checks),
            feed,
            new FleetFixture.Direct());
    editor = new FleetEditor(store, history, running, rollouts, checks, watcher);
  }
}
