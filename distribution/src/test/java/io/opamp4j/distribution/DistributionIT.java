package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistributionIT {
  private static final Path FOLDER = Path.of(System.getProperty("opamp.distribution"));
  private static final String VERSION = System.getProperty("opamp.version");

  @TempDir Path working;

  @Test
  void theFolderHasWhatTheReadmeSays() throws IOException {
    assertThat(
            List.of(
                "opamp-server.jar",
                "bin/opamp-server",
                "bin/opamp-server.bat",
                "opampctl.jar",
                "bin/opampctl",
                "bin/opampctl.bat",
                "conf/opamp-server.yaml",
                "conf/logback.xml",
                "plugins/README.md",
                "LICENSE",
                "NOTICE",
                "licenses/THIRD-PARTY.csv",
                "licenses/EPL-2.0.txt",
                "licenses/MPL-2.0.txt"))
        .allSatisfy(name -> assertThat(FOLDER.resolve(name)).isRegularFile());
    assertThat(FOLDER.resolve("bin/opamp-server")).isExecutable();
    assertThat(FOLDER.resolve("bin/opampctl")).isExecutable();
    assertThat(FOLDER.resolveSibling("opamp-server-" + VERSION + ".zip")).isRegularFile();
    assertThat(FOLDER.resolveSibling("opamp-server-" + VERSION + ".tar.gz")).isRegularFile();
  }

  @Test
  void theManifestsNameExactlyTheJarsInLib() throws IOException {
    List<String> ofServer = classPath("opamp-server.jar");
    List<String> ofCtl = classPath("opampctl.jar");
    assertThat(ofServer).startsWith("conf/");
    Set<String> named = new HashSet<>(ofServer.subList(1, ofServer.size()));
    named.addAll(ofCtl);
    assertThat(named)
        .containsExactlyInAnyOrderElementsOf(jars().map(name -> "lib/" + name).toList());
    assertThat(ofServer).noneMatch(name -> name.contains("picocli") || name.contains("opampctl"));
    assertThat(ofCtl)
        .as("the command line knows the server by its REST API alone")
        .allMatch(name -> name.matches("lib/(picocli|jackson-[a-z-]+|snakeyaml)-[0-9.]+\\.jar"));
    try (JarFile jar = new JarFile(FOLDER.resolve("opamp-server.jar").toFile())) {
      var attributes = jar.getManifest().getMainAttributes();
      assertThat(attributes.getValue("Enable-Native-Access")).isEqualTo("ALL-UNNAMED");
      assertThat(attributes.getValue("Implementation-Version")).isEqualTo(VERSION);
    }
  }

  private static List<String> classPath(String jarName) throws IOException {
    try (JarFile jar = new JarFile(FOLDER.resolve(jarName).toFile())) {
      return List.of(jar.getManifest().getMainAttributes().getValue("Class-Path").split(" "));
    }
  }

  @Test
  void everyLibraryHasItsLicenceListedAndNoOtherIs() throws IOException {
    List<String> listed =
        Files.readAllLines(FOLDER.resolve("licenses/THIRD-PARTY.csv")).stream().skip(1).toList();
    assertThat(listed).allMatch(line -> line.matches("[^,]+,[^,]+,https://[^,]+"));
    assertThat(listed.stream().map(line -> line.substring(0, line.indexOf(','))))
        .containsExactlyInAnyOrderElementsOf(
            jars()
                .filter(name -> !name.contains(VERSION))
                .map(name -> name.replaceFirst("-[0-9].*", ""))
                .distinct()
                .toList());
  }

  @Test
  void helpAndVersion() {
    ServerProcess.Result help = ServerProcess.jar(working, "--help").run();
    assertThat(help.exitCode()).isZero();
    assertThat(help.out()).contains("--check-config", "server.port", "OPAMP_SERVER_PORT", "4320");
    assertThat(help.err()).isEmpty();

    ServerProcess.Result version = ServerProcess.jar(working, "--version").run();
    assertThat(version.exitCode()).isZero();
    assertThat(version.out()).startsWith("opamp-server " + VERSION + " (Java ");
  }

  @Test
  void aBrokenConfigurationIsOneReportWithExitCode2() throws IOException {
    Path yaml =
        Files.writeString(
            working.resolve("bad.yaml"),
            """
            server:
              prot: 4320
            agents:
              heartbeat-interval: 30
            """);
    ServerProcess.Result result =
        ServerProcess.jar(working, "--config", yaml.toString(), "--server.port=-1")
            .with(Map.of("OPAMP_AGENTS_RETENTOIN", "1h"))
            .run();

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .startsWith("The configuration has ")
        .contains(
            yaml + ":2:3: unknown key 'server.prot'; did you mean server.port?",
            yaml + ":4:23: agents.heartbeat-interval must be a duration",
            "--server.port: server.port must be a whole number from 0 to 65535, not '-1'",
            "OPAMP_AGENTS_RETENTOIN: unknown environment variable; did you mean"
                + " OPAMP_AGENTS_RETENTION?")
        .doesNotContain("Exception");
    assertThat(working.resolve("data")).doesNotExist();
  }

  @Test
  void yamlThatCannotBeParsedIsReportedWithItsPlace() throws IOException {
    Files.createDirectories(working.resolve("conf"));
    Files.writeString(working.resolve("conf/opamp-server.yaml"), "server:\n\tport: 1\n");
    ServerProcess.Result result = ServerProcess.jar(working, "--check-config").run();

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("opamp-server.yaml:2:1: is not valid YAML: ");
  }

  @Test
  void theScriptWorksThroughLinksFromAnyDirectory() throws IOException {
    Path link = working.resolve("link");
    Files.createSymbolicLink(link, FOLDER.toAbsolutePath().resolve("bin/opamp-server"));
    Path relative = Files.createSymbolicLink(working.resolve("relative"), Path.of("link"));
    String javaHome = System.getProperty("java.home");
    ServerProcess.Result result =
        new ServerProcess.Launch(
                List.of(relative.toString(), "--version"),
                working,
                Map.of("JAVA_HOME", javaHome, "OPAMP_JAVA_OPTS", "-Xmx64m -Dunused=1"))
            .run();
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).contains(VERSION);

    ServerProcess.Result noJava =
        new ServerProcess.Launch(
                List.of(link.toString(), "--version"),
                working,
                Map.of("JAVA_HOME", working.toString()))
            .run();
    assertThat(noJava.exitCode()).isEqualTo(1);
    assertThat(noJava.err()).contains("there is no bin/java in it");
  }

  @Test
  void theArchiveKeepsTheExecutableBit() throws IOException, InterruptedException {
    Process tar =
        new ProcessBuilder("tar", "-xzf", System.getProperty("opamp.archive"))
            .directory(working.toFile())
            .inheritIO()
            .start();
    assertThat(tar.waitFor()).isZero();
    Path unpacked = working.resolve("opamp-server-" + VERSION);
    assertThat(unpacked.resolve("bin/opamp-server")).isExecutable();
    assertThat(unpacked.resolve("bin/opampctl")).isExecutable();
    assertThat(unpacked.resolve("conf/opamp-server.yaml")).isRegularFile();
    assertThat(Files.isExecutable(unpacked.resolve("LICENSE"))).isFalse();
  }

  private static Stream<String> jars() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER.resolve("lib"))) {
      return files.map(file -> file.getFileName().toString()).toList().stream();
    }
  }
}
