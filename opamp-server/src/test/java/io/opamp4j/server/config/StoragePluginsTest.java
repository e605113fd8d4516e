package io.opamp4j.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.storage.StoragePlugin;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoragePluginsTest {
  @Test
  void findsBackendsByServiceLoader() {
    ConfigProblems problems = new ConfigProblems();
    StoragePlugins plugins = StoragePlugins.load(getClass().getClassLoader(), problems);

    assertThat(problems.all()).isEmpty();
    assertThat(plugins.all()).containsKey("recording");
  }

  @Test
  void aBackendThatCannotBeLoadedIsAProblemAndTheOthersAreStillFound(@TempDir Path folder)
      throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(StoragePlugin.class.getName()), "no.such.Plugin\n");
    ConfigProblems problems = new ConfigProblems();

    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {folder.toUri().toURL()}, getClass().getClassLoader())) {
      assertThat(StoragePlugins.load(loader, problems).all()).containsKey("recording");
    }
    assertThat(problems.report()).contains("1 problem:").contains("no.such.Plugin");
  }

  @Test
  void twoBackendsOfOneNameAreRefused() {
    assertThatThrownBy(() -> StoragePlugins.of(List.of(new FakePlugin("h2"), new FakePlugin("h2"))))
        .hasMessageContaining("two backends are called 'h2'");
    assertThatThrownBy(() -> StoragePlugins.of(List.of(new FakePlugin("H 2"))))
        .hasMessageContaining("unusable name");
  }
}
