package io.opamp4j.storage.h2;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.storage.StoragePlugin;
import io.opamp4j.testkit.storage.StoragePluginContract;
import io.opamp4j.testkit.storage.TextOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class H2StoragePluginTest extends StoragePluginContract {
  @TempDir Path directory;

  @Override
  protected StoragePlugin plugin() {
    return new H2StoragePlugin();
  }

  @Override
  protected Map<String, String> settings() {
    return Map.of("path", directory.resolve("opamp").toString());
  }

  @Test
  void readsItsSettings() {
    H2Settings settings =
        H2Settings.from(options(Map.of("path", "some/where/db", "pool-size", "3")));

    assertThat(settings.shownPath()).isEqualTo("some/where/db");
    assertThat(settings.path()).isEqualTo(Path.of("some/where/db").toAbsolutePath());
    assertThat(settings.poolSize()).isEqualTo(3);
    assertThat(settings.blobDirectory()).isEqualTo(Path.of("some/where/db-blobs").toAbsolutePath());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "data/", "/", "a;b", "a;TRACE_LEVEL_FILE=3", "a\u0000b"})
  void refusesAPathThatNamesNoFile(String path) {
    TextOptions options = options(Map.of("path", path));
    plugin().module(options);
    assertThat(options.problems()).hasSize(1).allMatch(problem -> problem.startsWith("path: "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "65", "many", ""})
  void refusesAPoolSizeOutOfBounds(String size) {
    TextOptions options = options(Map.of("pool-size", size));
    plugin().module(options);
    assertThat(options.problems()).hasSize(1).allMatch(p -> p.startsWith("pool-size: "));
  }

  @Test
  void makingTheModuleTouchesNoFile() {
    Path path = directory.resolve("not-yet/opamp");
    plugin().module(options(Map.of("path", path.toString())));
    assertThat(Files.exists(path.getParent())).isFalse();
  }

  private static TextOptions options(Map<String, String> texts) {
    return new TextOptions(H2Settings.DECLARED, texts);
  }
}
