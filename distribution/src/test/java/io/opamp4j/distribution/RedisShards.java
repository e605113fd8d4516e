package io.opamp4j.distribution;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.List;
import java.util.stream.Collectors;
import redis.embedded.RedisShardedCluster;

/** A real Redis Cluster on free loopback ports: three masters, each with a replica. */
final class RedisShards implements AutoCloseable {
  private static final int SHARDS = 3;

  private final RedisShardedCluster cluster;

  private RedisShards(RedisShardedCluster cluster) {
    this.cluster = cluster;
  }

  static RedisShards start() {
    try {
      RedisShardedCluster cluster =
          RedisShardedCluster.newRedisCluster()
              .ephemeral()
              .shard("a", 1)
              .shard("b", 1)
              .shard("c", 1)
              .build();
      cluster.start();
      return new RedisShards(cluster);
    } catch (IOException e) {
      throw new UncheckedIOException("Redis Cluster could not be started", e);
    }
  }

  /** As in {@code storage.redis.nodes}. */
  String nodes() {
    return cluster.ports().stream()
        .map(port -> "127.0.0.1:" + port)
        .collect(Collectors.joining(","));
  }

  /** Kills the master with the most keys for good; its replica takes over after a while. */
  void failOver() {
    int busiest = 0;
    for (int master = 0; master < SHARDS; master++) {
      busiest = keys(port(master)) > keys(port(busiest)) ? master : busiest;
    }
    try {
      cluster.servers().get(2 * busiest).stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The servers are in the order of their shards, each master before its replica. */
  private int port(int master) {
    return cluster.servers().get(2 * master).ports().get(0);
  }

  private static int keys(int port) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.getOutputStream().write("DBSIZE\r\n".getBytes(US_ASCII));
      String answer =
          new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII)).readLine();
      return Integer.parseInt(answer.substring(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    List.copyOf(cluster.servers())
        .forEach(
            server -> {
              try {
                server.stop();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
  }
}
