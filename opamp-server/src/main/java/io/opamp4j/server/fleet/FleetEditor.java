package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where operators read and change configurations. A change is durable when the method returns, and
 * this node's {@link FleetSource} has told its listeners of it, so that whoever asks for agents
 * next does not see them as they were. Other nodes follow within moments.
 *
 * <p>Methods block and are thread-safe. They throw {@link io.opamp4j.storage.StorageException} when
 * the store fails.
 */
public final class FleetEditor {
  /** A change is not undone because this node's view is late; the answer just waits no longer. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

  private static final int ATTEMPTS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(FleetEditor.class);

  private final ConfigurationStore store;
  private final ConfigurationHistory history;
  private final RunningVersions running;
  private final RolloutStore rollouts;
  private final ConfigurationChecks checks;
  private final FleetWatcher watcher;

  @Inject
  FleetEditor(
      ConfigurationStore store,
      ConfigurationHistory history,
      RunningVersions running,
      RolloutStore rollouts,
      ConfigurationChecks checks,
      FleetWatcher watcher) {
    this.store = requireNonNull(store, "store");
    this.history = requireNonNull(history, "history");
    this.running = requireNonNull(running, "running");
    this.rollouts = requireNonNull(rollouts, "rollouts");
    this.checks = requireNonNull(checks, "checks");
    this.watcher = requireNonNull(watcher, "watcher");
  }

  /** What becomes of a version that is written. */
  public enum Going {
    /** Agents get it at once. */
    LIVE,
    /** It waits; agents keep what runs. */
    DRAFT
  }

  /**
   * The configuration of this name in its latest version, if there is one.
   *
   * @throws UnreadableConfigurationException if there is one that cannot be read
   */
  public Optional<Configuration> find(String name) {
    return Configuration.isName(name) ? store.find(name) : Optional.empty();
  }

  /** The latest version of a configuration, whether or not it can be read. */
  public Optional<Long> version(String name) {
    return Configuration.isName(name) ? store.version(name) : Optional.empty();
  }

  /**
   * Configurations in ascending order of name.
   *
   * @param after only names above this one; empty starts at the beginning
   * @param limit the most to return, 1 to 10,000
   */
  public ConfigurationList list(Optional<String> after, int limit) {
    return store.list(after, limit);
  }

  /**
   * One version of a configuration, if it is still kept: the latest thousand are.
   *
   * @param latest the configuration as {@link #find} gave it
   * @throws UnreadableConfigurationException if it cannot be read
   */
  public Optional<Configuration> find(Configuration latest, long version) {
    return history.find(latest, version);
  }

  /**
   * Versions, the newest first.
   *
   * @param latest the configuration as {@link #find} gave it
   * @param before only versions below this one; empty starts with the latest
   * @param limit the most to return
   */
  public List<Configuration> versions(Configuration latest, Optional<Long> before, int limit) {
    return history.below(latest, before.orElse(latest.version() + 1), limit);
  }

  /**
   * Which version agents get.
   *
   * @param latest the configuration as {@link #find} gave it
   */
  public RunningVersion running(Configuration latest) {
    return running.of(latest);
  }

  /** The same for several, by name. */
  public Map<String, RunningVersion> running(List<Configuration> latest) {
    Map<String, Document> said = latest.isEmpty() ? Map.of() : running.all();
    return latest.stream()
        .collect(
            Collectors.toMap(
                Configuration::name,
                c -> RunningVersions.running(c, Optional.ofNullable(said.get(c.name())))));
  }

  /**
   * Has agents get this version, be it a draft or one of old.
   *
   * @param configuration the version, as {@link #find(Configuration, long)} gave it
   * @param expectedRevision of the choice that is changed
   * @throws VersionConflictException if the choice was changed meanwhile
   * @throws RolloutInProgressException if a rollout decides that
   */
  public RunningVersion run(Configuration configuration, long expectedRevision) {
    requireNoRollout(configuration.name());
    RunningVersion chosen = running.set(configuration, configuration.version(), expectedRevision);
    rollouts.remove(configuration.name());
    changed("runs", configuration.ref());
    return chosen;
  }

  /**
   * Writes the first version, under the draft's own name.
   *
   * @throws InvalidConfigurationException if the draft is not a configuration
   * @throws VersionConflictException if the name is taken
   */
  public Configuration create(ConfigurationDraft draft, Going going) {
    return create(draft.check(), going);
  }

  /**
   * Writes the first version under this name, which the draft need not repeat.
   *
   * @throws InvalidConfigurationException if the draft is not a configuration of this name
   * @throws VersionConflictException if the name is taken
   */
  public Configuration create(String name, ConfigurationDraft draft, Going going) {
    return create(draft.checkAs(name), going);
  }

  /**
   * Writes the next version.
   *
   * @throws InvalidConfigurationException if the draft is not a configuration of this name
   * @throws VersionConflictException if the latest version is another one, or there is none
   * @throws RolloutInProgressException if it is to go live, and a rollout decides what agents get
   */
  public Configuration replace(
      String name, ConfigurationDraft draft, Going going, long expectedVersion) {
    ConfigurationDraft.Checked checked = draft.checkAs(name);
    checks.requireNoProblems(checked.spec().files());
    if (going == Going.DRAFT) {
      holdOn(name, expectedVersion);
    } else {
      requireNoRollout(name);
    }
    Configuration replaced =
        store.replace(name, checked.spec(), going == Going.DRAFT, expectedVersion);
    RunningVersion now = going == Going.DRAFT ? running.of(replaced) : goOn(replaced);
    if (going == Going.LIVE) {
      rollouts.remove(name);
    }
    history.prune(replaced, now.version());
    changed("replaced", replaced.ref());
    return replaced;
  }

  /**
   * Removes the configuration with all its versions.
   *
   * @throws VersionConflictException if the latest version is another one, or there is none
   */
  public void remove(String name, long expectedVersion) {
    store.remove(name, expectedVersion);
    running.remove(name);
    rollouts.remove(name);
    history.removeAll(name);
    changed("removed", new ConfigurationRef(name, expectedVersion));
  }

  /**
   * Removes a configuration, whatever its version.
   *
   * @return whether it was there
   * @throws VersionConflictException if others kept changing it meanwhile
   */
  public boolean remove(String name) {
    for (int attempt = 1; ; attempt++) {
      Optional<Long> version = version(name);
      if (version.isEmpty()) {
        return false;
      }
      try {
        remove(name, version.get());
        return true;
      } catch (VersionConflictException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private Configuration create(ConfigurationDraft.Checked checked, Going going) {
    checks.requireNoProblems(checked.spec().files());
    Configuration created = store.create(checked.name(), checked.spec(), going == Going.DRAFT);
    changed("created", created.ref());
    return created;
  }

  /** Says that what runs now goes on to run, so that a draft may become the latest version. */
  private void holdOn(String name, long expectedVersion) {
    Optional<Configuration> latest = readable(name);
    if (latest.isEmpty() || latest.get().version() != expectedVersion) {
      // The replacement will say so.
      return;
    }
    if (!latest.get().draft()) {
      RunningVersion now = running.of(latest.get());
      try {
        running.set(latest.get(), now.version(), now.revision());
      } catch (VersionConflictException e) {
        // Somebody has just said which version runs; that one goes on.
      }
    }
  }

  private void requireNoRollout(String name) {
    if (rollouts.find(name).filter(ConfigurationRollout::isActive).isPresent()) {
      throw new RolloutInProgressException(name);
    }
  }

  private Optional<Configuration> readable(String name) {
    try {
      return store.find(name);
    } catch (UnreadableConfigurationException e) {
      return Optional.empty();
    }
  }

  /** A version that goes live overrules what was said of earlier ones. */
  private RunningVersion goOn(Configuration latest) {
    for (int attempt = 1; ; attempt++) {
      RunningVersion now = running.of(latest);
      if (now.revision() == DocumentStore.ABSENT || now.version() == latest.version()) {
        return now;
      }
      try {
        return running.set(latest, latest.version(), now.revision());
      } catch (VersionConflictException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /** Waits until this node's view has what was just written of this configuration. */
  public void caughtUp(String configuration) {
    try {
      watcher.refresh().toCompletableFuture().get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("the fleet has not caught up with configuration {} yet", configuration, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void changed(String what, ConfigurationRef configuration) {
    LOG.info("configuration {} {}", configuration, what);
    caughtUp(configuration.name());
  }
}
