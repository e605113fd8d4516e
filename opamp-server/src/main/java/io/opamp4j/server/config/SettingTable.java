package io.opamp4j.server.config;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;

import io.opamp4j.storage.StoragePlugin;
import io.opamp4j.storage.StorageSetting;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every key there is: the server's own, and those of each installed storage backend below {@code
 * storage.<name>.}. The keys of a backend that is installed but not chosen are keys too, so that
 * changing {@code storage.type} is a change of one line. Immutable.
 */
public final class SettingTable {
  private static final Duration SHORTEST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofDays(1);
  private static final int KIB = 1024;
  private static final int GIB = 1024 * 1024 * 1024;

  static final Setting<String> HOST =
      setting(
          "server.host",
          "127.0.0.1",
          "Address to listen on; 0.0.0.0 or :: for all.",
          ValueParsers.host());
  static final Setting<Integer> PORT =
      setting(
          "server.port",
          "4320",
          "Port for agents, REST and web; 0 takes a free one.",
          ValueParsers.integer(0, 65_535));
  static final Setting<Duration> DRAIN_TIMEOUT =
      setting(
          "server.drain-timeout",
          "10s",
          "How long connections may take to end when the server stops.",
          ValueParsers.duration(SHORTEST, Duration.ofMinutes(10)));
  static final Setting<String> AGENTS_PATH =
      setting(
          "agents.path",
          "/v1/opamp",
          "Where agents connect, by WebSocket and by HTTP.",
          ValueParsers.agentsPath());
  static final Setting<Optional<URI>> ENDPOINT =
      setting(
          "agents.endpoint",
          "none",
          "URL at which agents reach this server; offered with the heartbeat interval, or none.",
          ValueParsers.endpointOrNone());
  static final Setting<Duration> HEARTBEAT_INTERVAL =
      setting(
          "agents.heartbeat-interval",
          "30s",
          "How often the server pings, and agents are to heartbeat or poll.",
          ValueParsers.duration(SHORTEST, LONGEST));
  static final Setting<Duration> HEARTBEAT_TTL =
      setting(
          "agents.heartbeat-ttl",
          "60s",
          "Silence after which a heartbeating agent counts as disconnected.",
          ValueParsers.duration(SHORTEST, LONGEST));
  static final Setting<Duration> HEARTBEAT_EXPIRY_INTERVAL =
      setting(
          "agents.heartbeat-expiry-interval",
          "30s",
          "How often silent agents are looked for.",
          ValueParsers.duration(SHORTEST, LONGEST));
  static final Setting<Duration> SERVER_HEARTBEAT_TTL =
      setting(
          "agents.server-heartbeat-ttl",
          "70s",
          "Time without contact after which any other WebSocket agent is disconnected.",
          ValueParsers.duration(SHORTEST, LONGEST));
  static final Setting<Optional<Duration>> RETENTION =
      setting(
          "agents.retention",
          "off",
          "Agents disconnected for longer are forgotten; off keeps them.",
          ValueParsers.durationOrOff(Duration.ofSeconds(1), Duration.ofDays(3650)));
  static final Setting<Integer> MAX_RECEIVED_MESSAGE_SIZE =
      setting(
          "agents.max-received-message-size",
          "64MiB",
          "Largest message taken from an agent, also after decompression.",
          ValueParsers.size(KIB, GIB));
  static final Setting<Integer> MAX_SENT_MESSAGE_SIZE =
      setting(
          "agents.max-sent-message-size",
          "64MiB",
          "Largest message sent to an agent, before compression.",
          ValueParsers.size(KIB, GIB));

  static final Setting<Integer> MAX_BUFFERED_SIZE =
      setting(
          "agents.max-buffered-size",
          "256MiB",
          "Memory for all messages that are still coming in or wait for work.",
          ValueParsers.size(KIB, GIB));
  static final Setting<Integer> MAX_CONNECTIONS =
      setting(
          "agents.max-connections",
          "100000",
          "Connections from agents at one time; more are told to come back later.",
          ValueParsers.integer(1, 10_000_000));
  static final Setting<Integer> ACCEPT_RATE =
      setting(
          "agents.accept-rate",
          "1000",
          "New connections from agents per second; more are told to come back later.",
          ValueParsers.integer(1, 1_000_000));
  static final Setting<Duration> MIN_RETRY_AFTER =
      setting(
          "agents.min-retry-after",
          "30s",
          "The soonest that a refused agent is asked to come back.",
          ValueParsers.duration(Duration.ofSeconds(1), Duration.ofHours(1)));
  static final Setting<Duration> DUPLICATE_PROBE_TIMEOUT =
      setting(
          "agents.duplicate-probe-timeout",
          "5s",
          "How long the older of two connections of one agent may take to show that it is alive.",
          ValueParsers.duration(SHORTEST, Duration.ofMinutes(1)));
  static final Setting<Boolean> WEBSOCKET_COMPRESSION =
      setting(
          "agents.websocket-compression",
          "true",
          "Whether WebSocket messages may be compressed (permessage-deflate).",
          ValueParsers.flag());
  static final Setting<Boolean> LEGACY_HEADERLESS =
      setting(
          "agents.legacy-headerless",
          "false",
          "Whether to take WebSocket messages without header, as agents sent before 2023.",
          ValueParsers.flag());
  static final Setting<Boolean> LEGACY_ULID =
      setting(
          "agents.legacy-ulid",
          "false",
          "Whether to take a ULID in letters as instance uid, as agents sent before OpAMP 0.10.0.",
          ValueParsers.flag());
  static final Setting<Optional<String>> CLUSTER_NODE =
      setting(
          "cluster.node",
          "auto",
          "Name of this node among those that share the storage; auto is host name and port.",
          ValueParsers.nodeNameOrAuto());
  static final Setting<Duration> CLUSTER_LEASE =
      setting(
          "cluster.lease",
          "10s",
          "How long a node may be gone until its agents count as disconnected.",
          ValueParsers.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)));

  private static final String STORAGE_TYPE_KEY = "storage.type";

  private final Setting<String> storageType;
  private final List<Setting<?>> all;
  private final Map<String, Setting<?>> byKey;
  private final Map<String, Setting<?>> byEnvironmentName;

  /** The server's own keys and those of these backends. */
  public SettingTable(StoragePlugins plugins) {
    storageType =
        setting(
            STORAGE_TYPE_KEY,
            "h2",
            "Which backend keeps the state; installed: " + plugins.names() + ".",
            text -> {
              if (plugins.find(text).isEmpty()) {
                throw new InvalidValueException(
                    "must be an installed storage backend (available: " + plugins.names() + ")");
              }
              return text;
            });
    List<Setting<?>> rows =
        new ArrayList<>(
            List.of(
                HOST,
                PORT,
                DRAIN_TIMEOUT,
                AGENTS_PATH,
                ENDPOINT,
                HEARTBEAT_INTERVAL,
                HEARTBEAT_TTL,
                HEARTBEAT_EXPIRY_INTERVAL,
                SERVER_HEARTBEAT_TTL,
                RETENTION,
                MAX_RECEIVED_MESSAGE_SIZE,
                MAX_SENT_MESSAGE_SIZE,
                MAX_BUFFERED_SIZE,
                MAX_CONNECTIONS,
                ACCEPT_RATE,
                MIN_RETRY_AFTER,
                DUPLICATE_PROBE_TIMEOUT,
                WEBSOCKET_COMPRESSION,
                LEGACY_HEADERLESS,
                LEGACY_ULID,
                CLUSTER_NODE,
                CLUSTER_LEASE,
                storageType));
    plugins.all().values().forEach(plugin -> rows.addAll(storageSettings(plugin)));
    all = List.copyOf(rows);
    byKey = all.stream().collect(toMap(Setting::key, identity()));
    byEnvironmentName = all.stream().collect(toMap(Setting::environmentName, identity()));
  }

  /** All rows, in the order in which people should read them. */
  public List<Setting<?>> all() {
    return all;
  }

  Setting<String> storageType() {
    return storageType;
  }

  Optional<Setting<?>> find(String key) {
    return Optional.ofNullable(byKey.get(key));
  }

  Optional<Setting<?>> findByEnvironmentName(String name) {
    return Optional.ofNullable(byEnvironmentName.get(name));
  }

  Collection<String> environmentNames() {
    return byEnvironmentName.keySet();
  }

  /** Whether keys lie below this prefix. */
  boolean isSection(String prefix) {
    return byKey.keySet().stream().anyMatch(key -> key.startsWith(prefix + "."));
  }

  /** Says that a key does not exist, and which one was probably meant. */
  String unknown(String key) {
    return "unknown key '"
        + key
        + "'"
        + Suggestions.nearest(key, byKey.keySet()).map(k -> "; did you mean " + k + "?").orElse("");
  }

  /** The rows of one backend, in its own order. Values stay text: the backend reads them. */
  static List<Setting<String>> storageSettings(StoragePlugin plugin) {
    return plugin.settings().stream().map(s -> storageSetting(plugin.name(), s)).toList();
  }

  private static Setting<String> storageSetting(String backend, StorageSetting setting) {
    return new Setting<>(
        "storage." + backend + "." + setting.name(),
        setting.defaultValue(),
        setting.description(),
        setting.secret(),
        ValueParsers.text());
  }

  private static <T> Setting<T> setting(
      String key, String defaultText, String description, ValueParser<T> parser) {
    return new Setting<>(key, defaultText, description, false, parser);
  }
}
