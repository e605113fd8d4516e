package io.opamp4j.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.opamp4j.server.ServerConfig;
import io.opamp4j.storage.StorageOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConfigReaderTest {
  private static final Map<String, String> NONE = Map.of();

  /** A value for every key, none of them its default. */
  private static final Map<String, String> EVERYTHING = everything();

  private final FakePlugin h2 = new FakePlugin("h2");
  private final FakePlugin other = new FakePlugin("other");
  private final ConfigReader reader = new ConfigReader(StoragePlugins.of(List.of(h2, other)));

  @TempDir Path folder;

  @Test
  void defaultsAreThoseOfTheProduct() {
    Configuration configuration = read("", NONE);

    assertThat(configuration.server()).isEqualTo(ServerConfig.defaults());
    assertThat(configuration.values()).allMatch(EffectiveValue::isDefault);
    assertThat(h2.read).containsExactly("./data/h2", "", 4, Duration.ofSeconds(5), false);
  }

  enum Spelling {
    NESTED_YAML,
    DOTTED_YAML,
    ENVIRONMENT,
    OPTION_WITH_EQUALS,
    OPTION_AND_VALUE
  }

  @ParameterizedTest
  @EnumSource(Spelling.class)
  void everyKeyCanBeWrittenInEverySpelling(Spelling spelling) {
    assertThat(EVERYTHING.keySet())
        .as("this test covers every key of the server and of the chosen backend")
        .containsExactlyElementsOf(
            reader.table().all().stream()
                .map(Setting::key)
                .filter(key -> !key.startsWith("storage.h2."))
                .toList());
    assertThat(reader.table().all())
        .filteredOn(setting -> EVERYTHING.containsKey(setting.key()))
        .allMatch(setting -> !setting.defaultText().equals(EVERYTHING.get(setting.key())));

    Configuration configuration =
        switch (spelling) {
          case NESTED_YAML -> read(nestedYaml(), NONE);
          case DOTTED_YAML -> read(lines(e -> e.getKey() + ": \"" + e.getValue() + "\""), NONE);
          case ENVIRONMENT -> read("", environment());
          case OPTION_WITH_EQUALS ->
              read("", NONE, options(e -> Stream.of("--" + e.getKey() + "=" + e.getValue())));
          case OPTION_AND_VALUE ->
              read("", NONE, options(e -> Stream.of("--" + e.getKey(), e.getValue())));
        };

    assertThat(configuration.server())
        .isEqualTo(
            new ServerConfig(
                new ServerConfig.Server("::1", 4321, Duration.ofSeconds(3)),
                new ServerConfig.Agents(
                    "/agents/here",
                    Optional.of(URI.create("wss://fleet.example.com/agents/here")),
                    new ServerConfig.Heartbeats(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(45),
                        Duration.ofMillis(1500),
                        Duration.ofMinutes(2)),
                    Optional.of(Duration.ofDays(30)),
                    Duration.ofMillis(800),
                    new ServerConfig.Limits(512 * 1024, 1024 * 1024 * 1024, 128 * 1024 * 1024),
                    new ServerConfig.Admission(77, 66, Duration.ofSeconds(55)),
                    new ServerConfig.Dialect(false, true, true)),
                new ServerConfig.Storage(
                    "other",
                    Map.of(
                        "path", "/srv/x y",
                        "password", "s3cret",
                        "pool-size", "9",
                        "timeout", "750ms",
                        "read-only", "true")),
                new ServerConfig.Cluster(Optional.of("n-1"), Duration.ofSeconds(7))));
    assertThat(other.read).containsExactly("/srv/x y", "s3cret", 9, Duration.ofMillis(750), true);
    assertThat(h2.read).as("a backend that is not chosen is not asked").isEmpty();
  }

  @Test
  void theLaterSourceWinsAndEachValueNamesItsSource() {
    String yaml = "server: {host: 127.0.0.1, port: 1}\nagents.path: /from/file\n";
    Configuration configuration =
        read(
            yaml,
            Map.of("OPAMP_SERVER_PORT", "2", "OPAMP_AGENTS_PATH", "/from/environment", "PATH", "x"),
            "--server.port=3");

    assertThat(configuration.server().server())
        .isEqualTo(
            new ServerConfig.Server("127.0.0.1", 3, ServerConfig.Server.DEFAULT.drainTimeout()));
    assertThat(configuration.server().agents().path()).isEqualTo("/from/environment");
    assertThat(source(configuration, "server.port")).isEqualTo("--server.port");
    assertThat(source(configuration, "agents.path")).isEqualTo("OPAMP_AGENTS_PATH");
    assertThat(source(configuration, "server.host")).isEqualTo(file() + ":1:16");
    assertThat(source(configuration, "storage.type")).isEqualTo("default");
  }

  @Test
  void reportsAllProblemsOfAllSourcesAtOnceWithTheirPlaces() {
    String yaml =
        """
        server:
          prot: 4320
          host: "0.0.0.0:4320"
        agents:
          heartbeat-interval: 30
        storage:
          h2:
            pool-size: many
        """;
    ConfigException e =
        catchThrowableOfType(
            ConfigException.class,
            () ->
                read(
                    yaml,
                    Map.of("OPAMP_SERVER_PORTT", "1", "OPAMP_AGENTS_RETENTION", "never"),
                    "--server.port=70000",
                    "--chekc-config"));

    assertThat(e.problems())
        .extracting(p -> p.place().replace(file(), "FILE") + ": " + p.message())
        .containsExactlyInAnyOrder(
            "FILE:2:3: unknown key 'server.prot'; did you mean server.port?",
            "FILE:3:9: server.host must be an IP address or a host name, without scheme and"
                + " port, not '0.0.0.0:4320'",
            "FILE:5:23: agents.heartbeat-interval must be a duration such as 500ms, 30s, 5m, 1h or"
                + " 7d, with its unit, not '30'",
            "FILE:8:16: storage.h2.pool-size must be a whole number from 1 to 100",
            "OPAMP_SERVER_PORTT: unknown environment variable; did you mean OPAMP_SERVER_PORT?",
            "OPAMP_AGENTS_RETENTION: agents.retention must be a duration such as 500ms, 30s, 5m,"
                + " 1h or 7d, with its unit; or off, not 'never'",
            "--server.port: server.port must be a whole number from 0 to 65535, not '70000'",
            "--chekc-config: unknown option; did you mean --check-config?");
    assertThat(e).hasMessageStartingWith("The configuration has 8 problems:\n  ");
    assertThat(e.getMessage().lines()).hasSize(9);
  }

  @ParameterizedTest
  @CsvSource({
    "agents.heartbeat-ttl, 30s, agents.heartbeat-ttl (30s)",
    "agents.heartbeat-ttl, 29999ms, agents.heartbeat-ttl (29999ms)",
    "agents.server-heartbeat-ttl, 30s, agents.server-heartbeat-ttl (30s)",
  })
  void aTtlMustBeLongerThanTheInterval(String key, String value, String named) {
    assertThatThrownBy(() -> read("", NONE, "--" + key, value))
        .hasMessageContaining(
            "--" + key + ": " + named + " must be longer than agents.heartbeat-interval (30s)");
  }

  @Test
  void aLongIntervalIsBlamedWhenTheTtlsAreDefaults() {
    assertThatThrownBy(() -> read("agents.heartbeat-interval: 65s", NONE))
        .hasMessageContaining(
            file()
                + ":1:28: agents.heartbeat-ttl (1m) must be longer than"
                + " agents.heartbeat-interval (65s)")
        .hasMessageNotContaining("server-heartbeat-ttl (");
  }

  @Test
  void aRefusedIntervalIsNotComparedAsWell() {
    ConfigException e =
        catchThrowableOfType(
            ConfigException.class,
            () -> read("agents: {heartbeat-interval: soon, heartbeat-ttl: 1s}", NONE));
    assertThat(e.problems()).hasSize(1);
  }

  @Test
  void anUnknownStorageTypeListsWhatIsAvailable() {
    assertThatThrownBy(() -> read("storage: {type: mysql}", NONE))
        .hasMessageContaining(
            "storage.type must be an installed storage backend (available: h2, other), not"
                + " 'mysql'");
    assertThatThrownBy(
            () ->
                new ConfigReader(StoragePlugins.of(List.of()))
                    .read(commandLine(), NONE, Optional.empty(), new ConfigProblems()))
        .hasMessageContaining("(available: none), not 'h2'");
  }

  @Test
  void keysOfAnInstalledBackendAreAcceptedThoughAnotherIsChosen() {
    Configuration configuration = read("storage.other.path: /elsewhere", NONE);

    assertThat(configuration.server().storage())
        .isEqualTo(new ServerConfig.Storage("h2", Map.of()));
    assertThatThrownBy(() -> read("storage.other.pth: /elsewhere", NONE))
        .hasMessageContaining("did you mean storage.other.path?");
    assertThatThrownBy(() -> read("storage.absent.path: /elsewhere", NONE))
        .hasMessageContaining("unknown key 'storage.absent.path'");
  }

  @Test
  void secretsAreMaskedAndNeverPartOfAProblem() {
    Configuration configuration =
        read("storage.h2: {password: s3cret, path: 'redis://me:s3cret@host/0'}", NONE);
    String shown = EffectiveValue.table(configuration.values());

    assertThat(shown).doesNotContain("s3cret");
    assertThat(shown).containsPattern("storage.h2.password: +\\*\\*\\*\\* ");
    assertThat(shown).contains("redis://****@host/0");
    assertThatThrownBy(() -> read("storage.h2.password: hunter2", NONE))
        .hasMessageContaining("storage.h2.password is too easy: ****")
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> read("", NONE, "--storage.h2.password", "hunter", "hunter2"))
        .hasMessageNotContaining("hunter2");
    assertThatThrownBy(() -> read("storage.h2.pasword: hunter2", NONE))
        .hasMessageContaining("did you mean storage.h2.password?")
        .hasMessageNotContaining("hunter2");
  }

  @Test
  void theMemoryForMessagesMustHoldTheLargestOne() {
    assertThatThrownBy(() -> read("agents.max-buffered-size: 63MiB", NONE))
        .hasMessageContaining(
            "agents.max-buffered-size (63MiB) must be no smaller than"
                + " agents.max-received-message-size (64MiB)");
    assertThatThrownBy(() -> read("agents.max-received-message-size: 1GiB", NONE))
        .hasMessageContaining("agents.max-buffered-size (256MiB) must be no smaller than");

    ServerConfig.Limits limits =
        read("agents: {max-buffered-size: 1MiB, max-received-message-size: 1MiB}", NONE)
            .server()
            .agents()
            .limits();
    assertThat(limits.buffered()).isEqualTo(limits.receivedMessage()).isEqualTo(1024 * 1024);
  }

  @Test
  void aBackendThatThrowsIsAProblemAndNotACrash() {
    StoragePlugins broken =
        StoragePlugins.of(
            List.of(
                new MisbehavingPlugin("h2") {
                  @Override
                  public com.google.inject.Module module(StorageOptions options) {
                    throw new NoClassDefFoundError("org/missing/Driver");
                  }
                }));
    assertThatThrownBy(
            () ->
                new ConfigReader(broken)
                    .read(commandLine(), NONE, Optional.empty(), new ConfigProblems()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("backend 'h2' failed")
        .hasMessageContaining("org/missing/Driver");
  }

  @Test
  void aBackendThatReadsAnUndeclaredKeyIsAProblem() {
    StoragePlugins broken =
        StoragePlugins.of(
            List.of(
                new MisbehavingPlugin("h2") {
                  @Override
                  public com.google.inject.Module module(StorageOptions options) {
                    options.text("secret-door");
                    return binder -> {};
                  }
                }));
    assertThatThrownBy(
            () ->
                new ConfigReader(broken)
                    .read(commandLine(), NONE, Optional.empty(), new ConfigProblems()))
        .hasMessageContaining("'secret-door', which it does not declare");
  }

  @Test
  void theFileOfTheCommandLineIsPreferredToThatOfTheEnvironmentAndToTheDefault()
      throws IOException {
    Path one = Files.writeString(folder.resolve("one.yaml"), "server.port: 1");
    Path two = Files.writeString(folder.resolve("two.yaml"), "server.port: 2");
    Path three = Files.writeString(folder.resolve("three.yaml"), "server.port: 3");
    Map<String, String> environment = Map.of("OPAMP_CONFIG", two.toString());

    assertThat(port(commandLine("--config", one.toString()), environment, three)).isEqualTo(1);
    assertThat(port(commandLine(), environment, three)).isEqualTo(2);
    assertThat(port(commandLine(), Map.of("OPAMP_CONFIG", ""), three)).isEqualTo(3);
  }

  @Test
  void aNamedFileMustExistAndBeReadable() {
    assertThatThrownBy(() -> read("", NONE, "--config", folder.resolve("absent.yaml").toString()))
        .hasMessageContaining("absent.yaml: there is no such file");
    assertThatThrownBy(() -> read("", NONE, "--config=" + folder))
        .hasMessageContaining(folder + ": cannot be read");
    assertThatThrownBy(() -> read("", NONE, "--config="))
        .hasMessageContaining("--config: needs the name of a file");
  }

  @Test
  void explainsTheVariablesThatKubernetesSetsForAService() {
    assertThatThrownBy(
            () ->
                read(
                    "",
                    Map.of(
                        "OPAMP_SERVER_PORT", "tcp://10.0.0.1:4320",
                        "OPAMP_SERVER_SERVICE_HOST", "10.0.0.1",
                        "OPAMP_SERVER_PORT_4320_TCP_ADDR", "10.0.0.1")))
        .hasMessageContaining("OPAMP_SERVER_PORT: must be a port, not a URL (if Kubernetes")
        .satisfies(e -> assertThat(e.getMessage().split("enableServiceLinks", -1)).hasSize(3 + 1));
  }

  @Test
  void controlCharactersOfAFileDoNotReachTheTerminal() {
    assertThatThrownBy(() -> read("\"a\\u001b[2Jb\": 1", NONE))
        .hasMessageContaining("unknown key 'a?[2Jb'");
  }

  @Test
  void aProgramsStorageOptionsAreCheckedLikeAFiles() {
    reader.storageModule(new ServerConfig.Storage("h2", Map.of("pool-size", "7")));
    assertThat(h2.read).contains(7);

    assertThatThrownBy(() -> reader.storageModule(new ServerConfig.Storage("nix", Map.of())))
        .hasMessageContaining("available: h2, other");
    assertThatThrownBy(
            () ->
                reader.storageModule(
                    new ServerConfig.Storage("h2", Map.of("pool-size", "0", "paht", "x"))))
        .hasMessageContaining("2 problems")
        .hasMessageContaining("did you mean storage.h2.path?")
        .hasMessageContaining("storage.h2.pool-size must be a whole number from 1 to 100");
  }

  /** A plug-in with the settings of {@link FakePlugin} and a module of its own. */
  private abstract static class MisbehavingPlugin implements io.opamp4j.storage.StoragePlugin {
    private final FakePlugin settings;

    MisbehavingPlugin(String name) {
      settings = new FakePlugin(name);
    }

    @Override
    public String name() {
      return settings.name();
    }

    @Override
    public List<io.opamp4j.storage.StorageSetting> settings() {
      return settings.settings();
    }
  }

  private int port(CommandLine commandLine, Map<String, String> environment, Path defaultFile) {
    return reader
        .read(commandLine, environment, Optional.of(defaultFile), new ConfigProblems())
        .server()
        .server()
        .port();
  }

  private CommandLine commandLine(String... words) {
    return CommandLine.parse(List.of(words), reader.table(), new ConfigProblems());
  }

  private Configuration read(String yaml, Map<String, String> environment, String... words) {
    try {
      Files.writeString(Path.of(file()), yaml);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    ConfigProblems problems = new ConfigProblems();
    CommandLine commandLine = CommandLine.parse(List.of(words), reader.table(), problems);
    return reader.read(commandLine, environment, Optional.of(Path.of(file())), problems);
  }

  private String file() {
    return folder.resolve("server.yaml").toString();
  }

  private static String source(Configuration configuration, String key) {
    return configuration.values().stream()
        .filter(v -> v.key().equals(key))
        .map(EffectiveValue::source)
        .findFirst()
        .orElseThrow();
  }

  private static Map<String, String> everything() {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("server.host", "::1");
    all.put("server.port", "4321");
    all.put("server.drain-timeout", "3s");
    all.put("agents.path", "/agents/here");
    all.put("agents.endpoint", "wss://fleet.example.com/agents/here");
    all.put("agents.heartbeat-interval", "10s");
    all.put("agents.heartbeat-ttl", "45s");
    all.put("agents.heartbeat-expiry-interval", "1500ms");
    all.put("agents.server-heartbeat-ttl", "2m");
    all.put("agents.retention", "30d");
    all.put("agents.max-received-message-size", "512KiB");
    all.put("agents.max-sent-message-size", "1GiB");
    all.put("agents.max-buffered-size", "128MiB");
    all.put("agents.max-connections", "77");
    all.put("agents.accept-rate", "66");
    all.put("agents.min-retry-after", "55s");
    all.put("agents.duplicate-probe-timeout", "800ms");
    all.put("agents.websocket-compression", "false");
    all.put("agents.legacy-headerless", "true");
    all.put("agents.legacy-ulid", "true");
    all.put("cluster.node", "n-1");
    all.put("cluster.lease", "7s");
    all.put("storage.type", "other");
    all.put("storage.other.path", "/srv/x y");
    all.put("storage.other.password", "s3cret");
    all.put("storage.other.pool-size", "9");
    all.put("storage.other.timeout", "750ms");
    all.put("storage.other.read-only", "true");
    return all;
  }

  private static String nestedYaml() {
    return """
    server:
      host: "::1"
      port: 4321
      drain-timeout: 3s
    agents:
      path: /agents/here
      endpoint: wss://fleet.example.com/agents/here
      heartbeat-interval: 10s
      heartbeat-ttl: 45s
      heartbeat-expiry-interval: 1500ms
      server-heartbeat-ttl: 2m
      retention: 30d
      max-received-message-size: 512KiB
      max-sent-message-size: 1GiB
      max-buffered-size: 128MiB
      max-connections: 77
      accept-rate: 66
      min-retry-after: 55s
      duplicate-probe-timeout: 800ms
      websocket-compression: false
      legacy-headerless: true
      legacy-ulid: true
    cluster:
      node: n-1
      lease: 7s
    storage:
      type: other
      other:
        path: /srv/x y
        password: s3cret
        pool-size: 9
        timeout: 750ms
        read-only: true
    """;
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    EVERYTHING.forEach(
        (key, value) ->
            environment.put(
                "OPAMP_"
                    + key.replace('.', '_').replace('-', '_').toUpperCase(java.util.Locale.ROOT),
                value));
    return environment;
  }

  private static String lines(java.util.function.Function<Map.Entry<String, String>, String> line) {
    return String.join("\n", EVERYTHING.entrySet().stream().map(line).toList());
  }

  private static String[] options(
      java.util.function.Function<Map.Entry<String, String>, Stream<String>> words) {
    return EVERYTHING.entrySet().stream().flatMap(words).toArray(String[]::new);
  }
}
