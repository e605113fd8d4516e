package io.opamp4j.storage.redis;

import static java.util.Objects.requireNonNull;

import io.opamp4j.storage.StorageOptions;
import io.opamp4j.storage.StorageSetting;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import redis.clients.jedis.HostAndPort;

/**
 * Where Redis is and how to speak to it.
 *
 * @param mode what the nodes are
 * @param nodes the server, the sentinels, or some nodes of the cluster
 * @param sentinelMaster the name under which the sentinels know the master; empty in other modes
 * @param database the number of the database; 0 in a cluster
 * @param credentials for the servers
 * @param sentinelCredentials for the sentinels
 * @param tls whether connections are encrypted
 * @param caFile certificates (PEM) of the authorities to trust instead of the JVM's; empty trusts
 *     those
 * @param prefix in front of every key
 * @param poolSize connections, for each node in a cluster
 * @param connectTimeout for TCP and TLS
 * @param commandTimeout how long an answer may take
 */
record RedisSettings(
    Mode mode,
    Set<HostAndPort> nodes,
    String sentinelMaster,
    int database,
    Credentials credentials,
    Credentials sentinelCredentials,
    boolean tls,
    Optional<Path> caFile,
    String prefix,
    int poolSize,
    Duration connectTimeout,
    Duration commandTimeout) {

  static final List<StorageSetting> DECLARED =
      List.of(
          new StorageSetting("mode", "standalone", "standalone, sentinel or cluster."),
          new StorageSetting(
              "nodes",
              "127.0.0.1:6379",
              "host:port of the server, of the sentinels or of cluster nodes, separated by"
                  + " commas."),
          new StorageSetting(
              "sentinel-master", "", "Name of the master; needed in mode sentinel only."),
          new StorageSetting("database", "0", "Number of the database; always 0 in a cluster."),
          new StorageSetting("username", "", "ACL user; empty for the default user."),
          new StorageSetting("password", "", "Password of that user; empty sends none.", true),
          new StorageSetting("sentinel-username", "", "ACL user at the sentinels."),
          new StorageSetting("sentinel-password", "", "Password at the sentinels.", true),
          new StorageSetting("tls", "false", "Whether to encrypt connections and check the host."),
          new StorageSetting(
              "tls-ca-file", "", "PEM file of authorities to trust; empty trusts the JVM's."),
          new StorageSetting("key-prefix", "opamp", "In front of every key."),
          new StorageSetting("pool-size", "16", "Connections per node, 1 to 256."),
          new StorageSetting("connect-timeout", "2s", "Patience for a new connection."),
          new StorageSetting("command-timeout", "5s", "Patience for an answer."));

  private static final Pattern NODE =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[^\\s:,\\[\\]]+):(\\d+)");
  private static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  RedisSettings {
    requireNonNull(mode, "mode");
    nodes = Set.copyOf(nodes);
    requireNonNull(sentinelMaster, "sentinelMaster");
    requireNonNull(credentials, "credentials");
    requireNonNull(sentinelCredentials, "sentinelCredentials");
    requireNonNull(caFile, "caFile");
    requireNonNull(prefix, "prefix");
    requireNonNull(connectTimeout, "connectTimeout");
    requireNonNull(commandTimeout, "commandTimeout");
  }

  /** What the nodes are. */
  enum Mode {
    STANDALONE,
    SENTINEL,
    CLUSTER
  }

  /** Who we are; empty texts are not sent. */
  record Credentials(String username, String password) {
    @Override
    public String toString() {
      return "Credentials[...]";
    }
  }

  static RedisSettings from(StorageOptions options) {
    Optional<Mode> mode = mode(options);
    Set<HostAndPort> nodes = nodes(options, mode);
    String master = options.text("sentinel-master");
    if (mode.equals(Optional.of(Mode.SENTINEL)) && master.isBlank()) {
      options.problem("sentinel-master", "must name the master when the mode is sentinel");
    }
    int database = options.integer("database", 0, 1_000_000);
    if (mode.equals(Optional.of(Mode.CLUSTER)) && database != 0) {
      options.problem("database", "must be 0 in a cluster");
    }
    return new RedisSettings(
        mode.orElse(Mode.STANDALONE),
        nodes,
        master,
        database,
        new Credentials(options.text("username"), options.text("password")),
        new Credentials(options.text("sentinel-username"), options.text("sentinel-password")),
        options.flag("tls"),
        caFile(options),
        prefix(options),
        options.integer("pool-size", 1, 256),
        options.duration("connect-timeout", SHORTEST, LONGEST),
        options.duration("command-timeout", SHORTEST, LONGEST));
  }

  private static Optional<Mode> mode(StorageOptions options) {
    String text = options.text("mode");
    for (Mode mode : Mode.values()) {
      if (mode.name().toLowerCase(Locale.ROOT).equals(text)) {
        return Optional.of(mode);
      }
    }
    options.problem("mode", "must be standalone, sentinel or cluster");
    return Optional.empty();
  }

  private static Set<HostAndPort> nodes(StorageOptions options, Optional<Mode> mode) {
    Set<HostAndPort> nodes = new LinkedHashSet<>();
    for (String text : options.text("nodes").split(",", -1)) {
      Matcher node = NODE.matcher(text.strip());
      int port = node.matches() && node.group(2).length() < 6 ? Integer.parseInt(node.group(2)) : 0;
      if (port < 1 || port > 65_535 || text.indexOf('\u0000') >= 0) {
        options.problem("nodes", "must be host:port, several of them separated by commas");
        return Set.of(new HostAndPort("127.0.0.1", 6379));
      }
      nodes.add(new HostAndPort(node.group(1).replaceAll("[\\[\\]]", ""), port));
    }
    if (nodes.size() > 1 && mode.equals(Optional.of(Mode.STANDALONE))) {
      options.problem("nodes", "must be one server when the mode is standalone");
    }
    return nodes;
  }

  private static String prefix(StorageOptions options) {
    String prefix = options.text("key-prefix");
    if (!PREFIX.matcher(prefix).matches()) {
      options.problem("key-prefix", "must be 1 to 64 letters, digits, dots, dashes or underlines");
      return "opamp";
    }
    return prefix;
  }

  private static Optional<Path> caFile(StorageOptions options) {
    String text = options.text("tls-ca-file");
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      Path file = Path.of(text);
      if (Files.isReadable(file)) {
        return Optional.of(file);
      }
    } catch (InvalidPathException e) {
      options.problem("tls-ca-file", "is not a path: " + e.getReason());
      return Optional.empty();
    }
    options.problem("tls-ca-file", "must be a file that can be read");
    return Optional.empty();
  }
}
