package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.storage.Document;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
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
  private final RolloutStore rollouts;
  private final FixedPins pins;
  private final ConfigurationChecks checks;
  private List<String> reported = List.of();

  @Inject
  FleetReader(
      ConfigurationStore store,
      RunningVersions running,
      ConfigurationHistory history,
      RolloutStore rollouts,
      FixedPins pins,
      ConfigurationChecks checks) {
    this.store = requireNonNull(store, "store");
    this.running = requireNonNull(running, "running");
    this.history = requireNonNull(history, "history");
    this.rollouts = requireNonNull(rollouts, "rollouts");
    this.pins = requireNonNull(pins, "pins");
    this.checks = requireNonNull(checks, "checks");
  }

  /** Whether a change of this kind of document may change the fleet. */
  static boolean isAbout(String kind) {
    return kind.equals(ConfigurationStore.KIND)
        || kind.equals(RunningVersions.KIND)
        || kind.equals(RolloutStore.KIND);
  }

  /** What agents that get this version are offered. */
  Wanted wanted(Configuration version) {
    return Choice.of(version, null, checks).wanted();
  }

  /**
   * @throws io.opamp4j.storage.StorageException if the store fails
   */
  Fleet read() {
    Map<String, ConfigurationRollout> moving =
        rollouts.all().stream()
            .collect(Collectors.toMap(ConfigurationRollout::configuration, Function.identity()));
    Map<String, Document> statements = running.all();
    List<Configuration> all = new ArrayList<>();
    List<Overlay> overlays = new ArrayList<>();
    Map<String, List<ConfigurationRef>> pinned =
        pins.versions().stream().collect(Collectors.groupingBy(ConfigurationRef::name));
    List<Configuration> fixed = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    Optional<String> after = Optional.empty();
    do {
      ConfigurationList page = store.list(after, PAGE);
      for (Configuration latest : page.items()) {
        try {
          RunningVersion runs = running(latest, Optional.ofNullable(statements.get(latest.name())));
          Optional<ConfigurationRollout> rollout =
              Optional.ofNullable(moving.get(latest.name()))
                  .filter(r -> r.isOf(latest) && r.concerns(runs.version()));
          if (rollout.isPresent()) {
            overlays.add(new Overlay(rollout.get(), kept(latest, rollout.get().to())));
          }
          long settled = rollout.map(ConfigurationRollout::from).orElse(runs.version());
          if (settled != RunningVersion.NONE) {
            all.add(kept(latest, settled));
          }
          for (ConfigurationRef ref : pinned.getOrDefault(latest.name(), List.of())) {
            // Of one that is let go the agent's reasons tell.
            history.find(latest, ref.version()).ifPresent(fixed::add);
          }
        } catch (UnreadableConfigurationException e) {
          problems.add(String.valueOf(e.getMessage()));
        }
      }
      page.unreadable().forEach(e -> problems.add(String.valueOf(e.getMessage())));
      after = page.next();
    } while (after.isPresent());
    report(problems);
    return new Fleet(all, overlays, fixed, checks);
  }

  private RunningVersion running(Configuration latest, Optional<Document> said) {
    RunningVersion runs = RunningVersions.running(latest, said);
    // What ran before a draft was said just before that was written, perhaps after we looked.
    return !runs.any() && latest.draft() ? running.of(latest) : runs;
  }

  private Configuration kept(Configuration latest, long version) {
    return history
        .find(latest, version)
        .orElseThrow(
            () ->
                new UnreadableConfigurationException(
                    latest.name(), "its version " + version + ", which is to run, is not kept"));
  }

  private void report(List<String> problems) {
    if (!problems.equals(reported)) {
      problems.forEach(problem -> LOG.error("{}; it is left out of the fleet", problem));
      reported = List.copyOf(problems);
    }
  }
}
