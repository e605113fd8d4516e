package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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
  private final FleetWatcher watcher;

  @Inject
  FleetEditor(ConfigurationStore store, FleetWatcher watcher) {
    this.store = requireNonNull(store, "store");
    this.watcher = requireNonNull(watcher, "watcher");
  }

  /**
   * The configuration of this name, if there is one.
   *
   * @throws UnreadableConfigurationException if there is one that cannot be read
   */
  public Optional<Configuration> find(String name) {
    return Configuration.isName(name) ? store.find(name) : Optional.empty();
  }

  /** The current version of a configuration, whether or not it can be read. */
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
   * Writes the first version, under the draft's own name.
   *
   * @throws InvalidConfigurationException if the draft is not a configuration
   * @throws VersionConflictException if the name is taken
   */
  public Configuration create(ConfigurationDraft draft) {
    return create(draft.check());
  }

  /**
   * Writes the first version under this name, which the draft need not repeat.
   *
   * @throws InvalidConfigurationException if the draft is not a configuration of this name
   * @throws VersionConflictException if the name is taken
   */
  public Configuration create(String name, ConfigurationDraft draft) {
    return create(draft.checkAs(name));
  }

  /**
   * Writes the next version.
   *
   * @throws InvalidConfigurationException if the draft is not a configuration of this name
   * @throws VersionConflictException if the current version is another one, or there is none
   */
  public Configuration replace(String name, ConfigurationDraft draft, long expectedVersion) {
    ConfigurationDraft.Checked checked = draft.checkAs(name);
    Configuration replaced = store.replace(name, checked.spec(), expectedVersion);
    changed("replaced", replaced.ref());
    return replaced;
  }

  /**
   * Removes this version.
   *
   * @throws VersionConflictException if the current version is another one, or there is none
   */
  public void remove(String name, long expectedVersion) {
    store.remove(name, expectedVersion);
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

  private Configuration create(ConfigurationDraft.Checked checked) {
    Configuration created = store.create(checked.name(), checked.spec());
    changed("created", created.ref());
    return created;
  }

  private void changed(String what, ConfigurationRef configuration) {
    LOG.info("configuration {} {}", configuration, what);
    try {
      watcher.refresh().toCompletableFuture().get(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.warn("the fleet has not caught up with configuration {} yet", configuration, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
