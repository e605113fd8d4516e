package io.opamp4j.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.BlobStore;
import io.opamp4j.storage.ChangeFeed;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Storage;
import io.opamp4j.storage.StoragePlugin;
import io.opamp4j.storage.StorageSetting;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/** What every {@link StoragePlugin} must do. */
public abstract class StoragePluginContract {

  /** The plug-in under test. */
  protected abstract StoragePlugin plugin();

  /** Settings with which the backend opens a place that is empty and deleted after the test. */
  protected abstract Map<String, String> settings();

  @Test
  void isFoundByServiceLoader() {
    assertThat(ServiceLoader.load(StoragePlugin.class).stream())
        .extracting(provider -> provider.get().getClass().getName())
        .contains(plugin().getClass().getName());
  }

  @Test
  void namesAreKebabCaseAndUnique() {
    assertThat(plugin().name()).matches("[a-z][a-z0-9-]*");
    List<String> names = plugin().settings().stream().map(StorageSetting::name).toList();
    assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.matches("[a-z][a-z0-9-]*"));
  }

  @Test
  void everySettingIsDescribedInOneLine() {
    assertThat(plugin().settings())
        .allSatisfy(
            setting -> assertThat(setting.description()).isNotBlank().doesNotContain("\n", "TODO"));
  }

  @Test
  void noSecretHasADefault() {
    assertThat(plugin().settings())
        .filteredOn(StorageSetting::secret)
        .allMatch(setting -> setting.defaultValue().isEmpty());
  }

  @Test
  void theDefaultsAndTheTestsSettingsAreAccepted() {
    for (Map<String, String> texts : List.of(Map.<String, String>of(), settings())) {
      TextOptions options = new TextOptions(plugin().settings(), texts);
      assertThat(plugin().module(options)).isNotNull();
      assertThat(options.problems()).isEmpty();
    }
  }

  @Test
  void badValuesAreReportedByKeyAndNeverThrown() {
    for (StorageSetting setting : plugin().settings()) {
      for (String bad : List.of("", "\u0000", "-1", "no such value", "9".repeat(400))) {
        TextOptions options = new TextOptions(plugin().settings(), Map.of(setting.name(), bad));
        assertThat(plugin().module(options)).isNotNull();
        assertThat(options.problems()).allMatch(p -> p.startsWith(setting.name() + ": "));
      }
    }
  }

  @Test
  void bindsOneOfEachAndToleratesAServerThatBindsAClock() {
    TextOptions options = new TextOptions(plugin().settings(), settings());
    Injector injector =
        Guice.createInjector(
            Stage.PRODUCTION,
            binder -> {
              binder.requireExplicitBindings();
              binder.bind(InstantSource.class).toInstance(InstantSource.system());
            },
            plugin().module(options));
    try {
      for (Class<?> type :
          List.of(
              Storage.class,
              AgentStore.class,
              DocumentStore.class,
              BlobStore.class,
              ChangeFeed.class)) {
        assertThat(injector.getInstance(type)).isSameAs(injector.getInstance(type));
      }
    } finally {
      injector.getInstance(Storage.class).close();
    }
  }
}
