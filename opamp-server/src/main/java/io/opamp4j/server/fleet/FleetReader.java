package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.storage.Document;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the whole {@link Fleet} from the store: of each configuration the version that runs. What
 * cannot be read is left out and logged, once for as long as it stays. Blocks; confined to one
 * reader at a time.
 */
final class FleetReader {
  private static final Logger LOG = LoggerFactory.getLogger(FleetReader.class);
  private static final int PAGE = 500;

  private final ConfigurationStore store;
  private final RunningVersions running;
  private final ConfigurationHistory history;
  private final ConfigurationChecks checks;
  private List<String> reported = List.of();

  @Inject
  FleetReader(
      ConfigurationStore store,
      RunningVersions running,
      ConfigurationHistory history,
      ConfigurationChecks checks) {
    this.store = requireNonNull(store, "store");
    this.running = requireNonNull(running, "running");
    this.history = requireNonNull(history, "history");
    this.checks = requireNonNull(checks, "checks");
  }

  /** Whether a change of this kind of document may change the fleet. */
  static boolean isAbout(String kind) {
    return kind.equals(ConfigurationStore.KIND) || kind.equals(RunningVersions.KIND);
  }

  /**
   * @throws io.opamp4j.storage.StorageException if the store fails
   */
  Fleet read() {
    Map<String, Document> statements = running.all();
    List<Configuration> all = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Optional<String> after = Optional.empty();
    do {
      ConfigurationList page = store.list(after, PAGE);
      for (Configuration latest : page.items()) {
        try {
          runs(latest, Optional.ofNullable(statements.get(latest.name()))).ifPresent(all::add);
        } catch (UnreadableConfigurationException e) {
          problems.add(String.valueOf(e.getMessage()));
        }
      }
      page.unreadable().forEach(e -> problems.add(String.valueOf(e.getMessage())));
      after = page.next();
    } while (after.isPresent());
    report(problems);
    return new Fleet(all, checks);
  }

  private Optional<Configuration> runs(Configuration latest, Optional<Document> said) {
    RunningVersion runs = RunningVersions.running(latest, said);
    if (!runs.any() && latest.draft()) {
      // What ran before the draft was said just before it was written, perhaps after we looked.
      runs = running.of(latest);
    }
    if (!runs.any()) {
      return Optional.empty();
    }
    Optional<Configuration> found = history.find(latest, runs.version());
    if (found.isEmpty()) {
      throw new UnreadableConfigurationException(
          latest.name(), "its version " + runs.version() + ", which is to run, is not kept");
    }
    return found;
  }

  private void report(List<String> problems) {
    if (!problems.equals(reported)) {
      problems.forEach(problem -> LOG.error("{}; it is left out of the fleet", problem));
      reported = List.copyOf(problems);
    }
  }
}
