package io.opamp4j.server.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.server.config.ConfigProblems;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallationTest {
  @TempDir Path home;
  @TempDir Path working;

  private final ConfigProblems problems = new ConfigProblems();

  @Test
  void theFileOfTheWorkingDirectoryIsPreferredToTheInstallations() throws IOException {
    Installation installation = new Installation(Optional.of(home), working);
    assertThat(installation.defaultConfigFile()).isEmpty();

    Path shipped = file(home, "conf/opamp-server.yaml");
    assertThat(installation.defaultConfigFile()).contains(shipped);

    Path own = file(working, "conf/opamp-server.yaml");
    assertThat(installation.defaultConfigFile()).contains(own);
  }

  @Test
  void seesTheJarsInPluginsAndNothingElseThere() throws IOException {
    file(home, "plugins/README.md");
    try (OutputStream out = Files.newOutputStream(home.resolve("plugins/a.jar"));
        JarOutputStream jar = new JarOutputStream(out)) {
      jar.putNextEntry(new JarEntry("from-plugin.txt"));
      jar.write("x".getBytes(StandardCharsets.UTF_8));
    }
    ClassLoader loader = new Installation(Optional.of(home), working).pluginLoader(problems);

    assertThat(loader.getResource("from-plugin.txt")).isNotNull();
    assertThat(loader.getResource("README.md")).isNull();
    assertThat(loader.getParent()).isSameAs(getClass().getClassLoader());
    assertThat(problems.all()).isEmpty();
  }

  @Test
  void withoutPluginsTheProgramsOwnClassesAreUsed() {
    assertThat(new Installation(Optional.of(home), working).pluginLoader(problems))
        .isSameAs(getClass().getClassLoader());
    assertThat(new Installation(Optional.empty(), working).pluginLoader(problems))
        .isSameAs(getClass().getClassLoader());
  }

  @Test
  void aRunFromClassesHasNoHome() {
    assertThat(Installation.current().home()).isEmpty();
  }

  private static Path file(Path folder, String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "");
  }
}
