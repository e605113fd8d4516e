package io.opamp4j.server;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.wire.Messages;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Everything the server can be told, checked. Records only: reading text is {@code server.config}'s
 * work. The key of each component is its path in kebab case, such as {@code
 * agents.heartbeat-interval}.
 *
 * @param server where to listen
 * @param agents how agents are treated
 * @param storage which backend keeps the state
 */
public record ServerConfig(Server server, Agents agents, Storage storage) {
  public ServerConfig {
    requireNonNull(server, "server");
    requireNonNull(agents, "agents");
    requireNonNull(storage, "storage");
  }

  /** The defaults: this machine only, port 4320, H2 under {@code ./data}. */
  public static ServerConfig defaults() {
    return new ServerConfig(Server.DEFAULT, Agents.DEFAULT, new Storage("h2", Map.of()));
  }

  /**
   * Where to listen: one address and port for everything.
   *
   * @param host the address to bind; {@code 0.0.0.0} or {@code ::} for all
   * @param port 0 to 65535; 0 takes a free one
   */
  public record Server(String host, int port) {
    /**
     * Port 4320 (TRN-05), on loopback: a server that asks nobody who he is must not be reachable by
     * all.
     */
    public static final Server DEFAULT = new Server("127.0.0.1", 4320);

    public Server {
      requireNonNull(host, "host");
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("server.port must be 0 to 65535, not " + port);
      }
    }
  }

  /**
   * How agents are treated: where they connect, when they count as gone, and what they may send.
   *
   * @param path where agents connect, by WebSocket and by HTTP (TRN-03)
   * @param heartbeatInterval between the server's own heartbeats and pings; the poll interval
   *     expected of HTTP agents
   * @param heartbeatTtl silence after which a heartbeating agent's connection is expired
   * @param heartbeatExpiryInterval how often expired connections are looked for
   * @param serverHeartbeatTtl time without contact after which any other WebSocket agent is expired
   * @param retention disconnected agents are forgotten after this; empty keeps them
   * @param maxReceivedMessageSize bytes, on the wire and after decompression (LIM-04, LIM-17)
   * @param maxSentMessageSize bytes, before compression (LIM-10, LIM-24)
   */
  public record Agents(
      String path,
      Duration heartbeatInterval,
      Duration heartbeatTtl,
      Duration heartbeatExpiryInterval,
      Duration serverHeartbeatTtl,
      Optional<Duration> retention,
      int maxReceivedMessageSize,
      int maxSentMessageSize) {
    /** The defaults of the product. */
    public static final Agents DEFAULT =
        new Agents(
            "/v1/opamp",
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(70),
            Optional.empty(),
            Messages.DEFAULT_LIMIT,
            Messages.DEFAULT_LIMIT);

    public Agents {
      requireNonNull(path, "path");
      if (!path.startsWith("/")) {
        throw new IllegalArgumentException("agents.path must begin with '/', not '" + path + "'");
      }
      requireNonNull(heartbeatInterval, "heartbeatInterval");
      requireNonNull(heartbeatTtl, "heartbeatTtl");
      requireNonNull(heartbeatExpiryInterval, "heartbeatExpiryInterval");
      requireNonNull(serverHeartbeatTtl, "serverHeartbeatTtl");
      requireNonNull(retention, "retention");
      if (maxReceivedMessageSize < 1 || maxSentMessageSize < 1) {
        throw new IllegalArgumentException("message sizes must be positive");
      }
    }
  }

  /**
   * Which backend keeps the state, and what it is told.
   *
   * @param type the name of the backend's plug-in
   * @param options the text of the keys below {@code storage.<type>.}; absent keys take their
   *     defaults
   */
  public record Storage(String type, Map<String, String> options) {
    public Storage {
      requireNonNull(type, "type");
      options = Map.copyOf(options);
    }
  }
}
