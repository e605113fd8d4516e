package io.opamp4j.testkit.storage;

import static java.util.Objects.requireNonNull;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.Stage;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.BlobStore;
import io.opamp4j.storage.ChangeFeed;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Storage;
import io.opamp4j.storage.StoragePlugin;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Opens a backend the way the server does: through its plug-in and an injector that takes nothing
 * but explicit bindings. Deletes no data: give the backend a place that the test deletes, such as a
 * {@code @TempDir}.
 */
public final class PluginFixture implements StorageFixture {
  private final StoragePlugin plugin;
  private final Map<String, String> settings;
  private final Optional<String> notDurableBecause;
  private @Nullable Stores opened;

  private PluginFixture(
      StoragePlugin plugin, Map<String, String> settings, Optional<String> notDurableBecause) {
    this.plugin = requireNonNull(plugin, "plugin");
    this.settings = Map.copyOf(settings);
    this.notDurableBecause = notDurableBecause;
  }

  /**
   * A backend whose data outlive it.
   *
   * @param settings the text of the plug-in's keys; absent ones take their defaults
   */
  public static PluginFixture durable(StoragePlugin plugin, Map<String, String> settings) {
    return new PluginFixture(plugin, settings, Optional.empty());
  }

  /**
   * A backend whose data go with it.
   *
   * @param because why, as shown beside the skipped tests
   */
  public static PluginFixture notDurable(
      StoragePlugin plugin, Map<String, String> settings, String because) {
    return new PluginFixture(plugin, settings, Optional.of(because));
  }

  /**
   * Opens the backend.
   *
   * @throws IllegalArgumentException if the plug-in reports a problem with the settings
   * @throws com.google.inject.ProvisionException caused by a {@link
   *     io.opamp4j.storage.StorageException} if the backend cannot be opened
   */
  @Override
  public Stores open() {
    TextOptions options = new TextOptions(plugin.settings(), settings);
    Module module = plugin.module(options);
    if (!options.problems().isEmpty()) {
      throw new IllegalArgumentException(String.join("; ", options.problems()));
    }
    Injector injector =
        Guice.createInjector(
            Stage.DEVELOPMENT,
            binder -> {
              binder.requireExplicitBindings();
              binder.requireAtInjectOnConstructors();
              binder.requireExactBindingAnnotations();
              binder.disableCircularProxies();
            },
            module);
    Stores stores =
        new Stores(
            injector.getInstance(Storage.class),
            injector.getInstance(AgentStore.class),
            injector.getInstance(DocumentStore.class),
            injector.getInstance(BlobStore.class),
            injector.getInstance(ChangeFeed.class));
    opened = stores;
    return stores;
  }

  @Override
  public Stores reopen() {
    close();
    return open();
  }

  @Override
  public Optional<String> notDurableBecause() {
    return notDurableBecause;
  }

  @Override
  public void close() {
    if (opened != null) {
      opened.storage().close();
    }
  }
}
