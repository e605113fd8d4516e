package io.opamp4j.server;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.wire.Messages;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Everything the server can be told, checked. Records only: reading text is {@code server.config}'s
 * work, and which key gives which component is said by its table of settings.
 *
 * @param server where to listen
 * @param agents how agents are treated
 * @param storage which backend keeps the state
 * @param cluster which of several nodes this is
 */
public record ServerConfig(Server server, Agents agents, Storage storage, Cluster cluster) {
  public ServerConfig {
    requireNonNull(server, "server");
    requireNonNull(agents, "agents");
    requireNonNull(storage, "storage");
    requireNonNull(cluster, "cluster");
  }

  /** A node with the usual place in the cluster. */
  public ServerConfig(Server server, Agents agents, Storage storage) {
    this(server, agents, storage, Cluster.DEFAULT);
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
   * @param drainTimeout how long connections may take to end when the server stops
   */
  public record Server(String host, int port, Duration drainTimeout) {
    /**
     * Port 4320 (TRN-05), on loopback: a server that asks nobody who he is must not be reachable by
     * all.
     */
    public static final Server DEFAULT = new Server("127.0.0.1", 4320, Duration.ofSeconds(10));

    public Server {
      requireNonNull(host, "host");
      if (port < 0 || port > 65_535) {
        throw new IllegalArgumentException("server.port must be 0 to 65535, not " + port);
      }
      requireNonNull(drainTimeout, "drainTimeout");
    }
  }

  /**
   * How agents are treated: where they connect, when they count as gone, how many may come at once,
   * and what they may send.
   *
   * @param path where agents connect, by WebSocket and by HTTP (TRN-03)
   * @param endpoint the URL at which agents reach this server from where they are; offered along
   *     with the heartbeat interval, which may not be offered without it (CONN-22, E-29). Empty
   *     offers neither.
   * @param heartbeats what is expected of a live connection
   * @param retention disconnected agents are forgotten after this; empty keeps them
   * @param duplicateProbe how long an agent's older connection may take to show that it is alive
   *     when the same uid turns up on another (E-21)
   * @param limits sizes in bytes
   * @param admission how many may connect, and how fast
   * @param dialect what is understood beyond the plain protocol
   */
  public record Agents(
      String path,
      Optional<URI> endpoint,
      Heartbeats heartbeats,
      Optional<Duration> retention,
      Duration duplicateProbe,
      Limits limits,
      Admission admission,
      Dialect dialect) {
    /** The defaults of the product. */
    public static final Agents DEFAULT =
        new Agents(
            "/v1/opamp",
            Optional.empty(),
            Heartbeats.DEFAULT,
            Optional.empty(),
            Duration.ofSeconds(5),
            Limits.DEFAULT,
            Admission.DEFAULT,
            Dialect.DEFAULT);

    public Agents {
      requireNonNull(path, "path");
      if (!path.startsWith("/")) {
        throw new IllegalArgumentException("agents.path must begin with '/', not '" + path + "'");
      }
      requireNonNull(endpoint, "endpoint");
      requireNonNull(heartbeats, "heartbeats");
      requireNonNull(retention, "retention");
      requireNonNull(duplicateProbe, "duplicateProbe");
      requireNonNull(limits, "limits");
      requireNonNull(admission, "admission");
      requireNonNull(dialect, "dialect");
    }

    /** The same with another endpoint; empty offers none. */
    public Agents withEndpoint(Optional<URI> other) {
      return new Agents(
          path, other, heartbeats, retention, duplicateProbe, limits, admission, dialect);
    }

    /** The same with other heartbeats. */
    public Agents with(Heartbeats other) {
      return new Agents(
          path, endpoint, other, retention, duplicateProbe, limits, admission, dialect);
    }

    /** The same with another retention; empty keeps disconnected agents for ever. */
    public Agents withRetention(Optional<Duration> other) {
      return new Agents(
          path, endpoint, heartbeats, other, duplicateProbe, limits, admission, dialect);
    }

    /** The same with another patience for the older of two connections. */
    public Agents withDuplicateProbe(Duration other) {
      return new Agents(path, endpoint, heartbeats, retention, other, limits, admission, dialect);
    }

    /** The same with other limits. */
    public Agents with(Limits other) {
      return new Agents(
          path, endpoint, heartbeats, retention, duplicateProbe, other, admission, dialect);
    }

    /** The same with another admission. */
    public Agents with(Admission other) {
      return new Agents(
          path, endpoint, heartbeats, retention, duplicateProbe, limits, other, dialect);
    }

    /** The same with another dialect. */
    public Agents with(Dialect other) {
      return new Agents(
          path, endpoint, heartbeats, retention, duplicateProbe, limits, admission, other);
    }
  }

  /**
   * What is expected of a live connection.
   *
   * @param interval between the server's own heartbeats and pings; the poll interval expected of
   *     HTTP agents, and what agents that heartbeat are offered
   * @param ttl silence after which a heartbeating agent's connection is expired
   * @param expiryInterval how often expired connections are looked for
   * @param serverTtl time without contact after which any other WebSocket agent is expired
   */
  public record Heartbeats(
      Duration interval, Duration ttl, Duration expiryInterval, Duration serverTtl) {
    /** The defaults of the product. */
    public static final Heartbeats DEFAULT =
        new Heartbeats(
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofSeconds(30),
            Duration.ofSeconds(70));

    public Heartbeats {
      requireNonNull(interval, "interval");
      requireNonNull(ttl, "ttl");
      requireNonNull(expiryInterval, "expiryInterval");
      requireNonNull(serverTtl, "serverTtl");
    }
  }

  /**
   * Sizes in bytes.
   *
   * @param receivedMessage of one message, on the wire and after decompression (LIM-04, LIM-17)
   * @param sentMessage of one message, before compression (LIM-10, LIM-24)
   * @param buffered of all messages together that have not arrived whole or wait for work
   */
  public record Limits(int receivedMessage, int sentMessage, int buffered) {
    /** 64 MiB for each message (LIM-02). */
    public static final Limits DEFAULT =
        new Limits(Messages.DEFAULT_LIMIT, Messages.DEFAULT_LIMIT, 256 * 1024 * 1024);

    public Limits {
      if (receivedMessage < 1 || sentMessage < 1 || buffered < receivedMessage) {
        throw new IllegalArgumentException(
            "sizes must be positive, and the buffer must hold one message");
      }
    }
  }

  /**
   * How many agents may connect, and how fast. Whoever is refused is told when to come back.
   *
   * @param maxConnections connections from agents at one time
   * @param acceptRate new connections from agents per second
   * @param minRetryAfter the soonest that a refused agent is asked to come back (THROTTLE-10)
   */
  public record Admission(int maxConnections, int acceptRate, Duration minRetryAfter) {
    /** The defaults of the product. */
    public static final Admission DEFAULT = new Admission(100_000, 1_000, Duration.ofSeconds(30));

    public Admission {
      if (maxConnections < 1 || acceptRate < 1) {
        throw new IllegalArgumentException("nobody could ever connect");
      }
      requireNonNull(minRetryAfter, "minRetryAfter");
    }
  }

  /**
   * What is understood beyond the plain protocol.
   *
   * @param compression whether permessage-deflate is accepted on WebSockets
   * @param legacyHeaderless whether WebSocket messages without the leading header are taken, as
   *     agents sent them before 2023 (E-01)
   * @param legacyUlid whether 26 characters of ULID are taken for an instance uid, as agents sent
   *     them before version 0.10.0 of the specification (E-09)
   */
  public record Dialect(boolean compression, boolean legacyHeaderless, boolean legacyUlid) {
    /** Today's protocol, with compression. */
    public static final Dialect DEFAULT = new Dialect(true, false, false);
  }

  /**
   * Which of the nodes this is that share a storage. Of no use where storage is not shared.
   *
   * @param node its name, unlike that of every other; empty makes one of host name and port
   * @param lease how long a node may be silent in storage until the others take its agents for
   *     disconnected
   */
  public record Cluster(Optional<String> node, Duration lease) {
    /** Ten seconds: longer than most pauses and fail-overs, short enough to be believed. */
    public static final Cluster DEFAULT = new Cluster(Optional.empty(), Duration.ofSeconds(10));

    public Cluster {
      requireNonNull(node, "node");
      if (lease.isNegative() || lease.isZero()) {
        throw new IllegalArgumentException("cluster.lease must be longer than zero");
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
