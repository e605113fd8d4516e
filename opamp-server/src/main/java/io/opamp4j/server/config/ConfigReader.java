package io.opamp4j.server.config;

import com.google.inject.Module;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.storage.StoragePlugin;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads all sources into one {@link Configuration}, or reports all that is wrong with them. */
public final class ConfigReader {
  private final StoragePlugins plugins;
  private final SettingTable table;

  /** A reader that knows the keys of these backends. */
  public ConfigReader(StoragePlugins plugins) {
    this.plugins = plugins;
    this.table = new SettingTable(plugins);
  }

  /** The keys this reader knows. */
  public SettingTable table() {
    return table;
  }

  /**
   * Reads defaults, then the file, the environment and the command line.
   *
   * @param commandLine the words after the program's name
   * @param environment the process environment
   * @param defaultFile the file to read when neither command line nor environment names one; empty
   *     if there is none
   * @param problems what is already known to be wrong
   * @throws ConfigException with every problem, if there is any
   */
  public Configuration read(
      CommandLine commandLine,
      Map<String, String> environment,
      Optional<Path> defaultFile,
      ConfigProblems problems) {
    RawValues values = gather(commandLine, environment, defaultFile, problems);
    TypedValues typed = new TypedValues(values, problems);
    ServerConfig.Server server =
        new ServerConfig.Server(
            typed.get(SettingTable.HOST),
            typed.get(SettingTable.PORT),
            typed.get(SettingTable.DRAIN_TIMEOUT));
    ServerConfig.Agents agents = agents(typed);
    Optional<StoragePlugin> plugin = typed.find(table.storageType()).flatMap(plugins::find);
    Optional<Module> module = plugin.flatMap(p -> StorageValues.module(p, values, problems));
    problems.throwIfAny();

    ServerConfig.Storage storage =
        new ServerConfig.Storage(
            plugin.orElseThrow().name(), givenOptions(plugin.orElseThrow(), values));
    return new Configuration(
        new ServerConfig(
            server,
            agents,
            storage,
            new ServerConfig.Cluster(
                typed.get(SettingTable.CLUSTER_NODE), typed.get(SettingTable.CLUSTER_LEASE))),
        module.orElseThrow(),
        table.all().stream().map(setting -> EffectiveValue.of(setting, values)).toList());
  }

  /**
   * Reads what these backends are told, wherever {@code storage.type} points. A name that is not
   * installed is a problem of its option.
   *
   * @param names option to name of backend, such as {@code --from} to {@code h2}
   * @return their modules, in the order of the names; installing one opens that backend
   * @throws ConfigException with every problem, if there is any
   */
  public List<Module> storages(
      Map<String, String> names,
      CommandLine commandLine,
      Map<String, String> environment,
      Optional<Path> defaultFile,
      ConfigProblems problems) {
    RawValues values = gather(commandLine, environment, defaultFile, problems);
    List<Module> modules = new ArrayList<>();
    names.forEach(
        (option, name) ->
            plugins
                .find(name)
                .ifPresentOrElse(
                    plugin ->
                        StorageValues.module(plugin, values, problems).ifPresent(modules::add),
                    () ->
                        problems.add(
                            option,
                            "'"
                                + name
                                + "' is no installed storage backend (available: "
                                + plugins.names()
                                + ")")));
    problems.throwIfAny();
    return modules;
  }

  private RawValues gather(
      CommandLine commandLine,
      Map<String, String> environment,
      Optional<Path> defaultFile,
      ConfigProblems problems) {
    RawValues values = new RawValues();
    file(commandLine, environment, defaultFile, problems)
        .ifPresent(path -> new YamlSource(path.toString(), table, values, problems).read(path));
    EnvironmentSource.read(environment, table, values, problems);
    commandLine.read(table, values);
    return values;
  }

  /**
   * The module of the backend that a configuration built by a program names.
   *
   * @throws ConfigException if the backend is not installed or refuses its options
   */
  public Module storageModule(ServerConfig.Storage storage) {
    ConfigProblems problems = new ConfigProblems();
    RawValues values = new RawValues();
    values.put(table.storageType(), storage.type(), "ServerConfig");
    storage
        .options()
        .forEach(
            (name, text) -> {
              String key = "storage." + storage.type() + "." + name;
              table
                  .find(key)
                  .ifPresentOrElse(
                      setting -> values.put(setting, text, "ServerConfig"),
                      () -> problems.add("ServerConfig", table.unknown(key)));
            });
    Optional<Module> module =
        new TypedValues(values, problems)
            .find(table.storageType())
            .flatMap(plugins::find)
            .flatMap(plugin -> StorageValues.module(plugin, values, problems));
    problems.throwIfAny();
    return module.orElseThrow();
  }

  private static Optional<Path> file(
      CommandLine commandLine,
      Map<String, String> environment,
      Optional<Path> defaultFile,
      ConfigProblems problems) {
    String fromEnvironment = environment.getOrDefault(EnvironmentSource.CONFIG_FILE, "");
    String named = commandLine.configFile().orElse(fromEnvironment);
    if (named.isEmpty() && commandLine.configFile().isEmpty()) {
      return defaultFile;
    }
    try {
      if (!named.isEmpty()) {
        return Optional.of(Path.of(named));
      }
      problems.add("--config", "needs the name of a file");
    } catch (InvalidPathException e) {
      problems.add("--config", "'" + named + "' cannot be the name of a file");
    }
    return Optional.empty();
  }

  private static ServerConfig.Agents agents(TypedValues typed) {
    Duration interval = typed.get(SettingTable.HEARTBEAT_INTERVAL);
    Duration ttl = typed.get(SettingTable.HEARTBEAT_TTL);
    Duration serverTtl = typed.get(SettingTable.SERVER_HEARTBEAT_TTL);
    typed.requireLonger(SettingTable.HEARTBEAT_TTL, ttl, SettingTable.HEARTBEAT_INTERVAL, interval);
    typed.requireLonger(
        SettingTable.SERVER_HEARTBEAT_TTL, serverTtl, SettingTable.HEARTBEAT_INTERVAL, interval);
    return new ServerConfig.Agents(
        typed.get(SettingTable.AGENTS_PATH),
        typed.get(SettingTable.ENDPOINT),
        new ServerConfig.Heartbeats(
            interval, ttl, typed.get(SettingTable.HEARTBEAT_EXPIRY_INTERVAL), serverTtl),
        typed.get(SettingTable.RETENTION),
        typed.get(SettingTable.DUPLICATE_PROBE_TIMEOUT),
        limits(typed),
        new ServerConfig.Admission(
            typed.get(SettingTable.MAX_CONNECTIONS),
            typed.get(SettingTable.ACCEPT_RATE),
            typed.get(SettingTable.MIN_RETRY_AFTER)),
        new ServerConfig.Dialect(
            typed.get(SettingTable.WEBSOCKET_COMPRESSION),
            typed.get(SettingTable.LEGACY_HEADERLESS),
            typed.get(SettingTable.LEGACY_ULID)));
  }

  private static ServerConfig.Limits limits(TypedValues typed) {
    int received = typed.get(SettingTable.MAX_RECEIVED_MESSAGE_SIZE);
    int buffered = typed.get(SettingTable.MAX_BUFFERED_SIZE);
    typed.requireNotSmaller(
        SettingTable.MAX_BUFFERED_SIZE, buffered, SettingTable.MAX_RECEIVED_MESSAGE_SIZE, received);
    return new ServerConfig.Limits(
        received, typed.get(SettingTable.MAX_SENT_MESSAGE_SIZE), Math.max(received, buffered));
  }

  private static Map<String, String> givenOptions(StoragePlugin plugin, RawValues values) {
    Map<String, String> options = new HashMap<>();
    String prefix = "storage." + plugin.name() + ".";
    List<Setting<String>> settings = SettingTable.storageSettings(plugin);
    settings.stream()
        .filter(values::given)
        .forEach(s -> options.put(s.key().substring(prefix.length()), values.get(s).text()));
    return options;
  }
}
