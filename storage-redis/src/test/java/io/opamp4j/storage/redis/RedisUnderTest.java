package io.opamp4j.storage.redis;

import io.opamp4j.testkit.storage.PluginFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import redis.embedded.Redis;
import redis.embedded.RedisServer;
import redis.embedded.core.RedisServerBuilder;

/**
 * A real Redis for a test class: a single server, or a cluster of three masters. Each is started
 * once for all test classes, from the binary that the library brings along, on free ports of the
 * loopback address. {@code OPAMP_TEST_REDIS=host:port} names another single server instead; one
 * that cannot be reached fails the tests.
 */
final class RedisUnderTest implements BeforeAllCallback {
  private static final String ENVIRONMENT = "OPAMP_TEST_REDIS";
  private static final AtomicInteger PLACES = new AtomicInteger();

  private final RedisSettings.Mode mode;
  private String nodes = "";

  private RedisUnderTest(RedisSettings.Mode mode) {
    this.mode = mode;
  }

  static RedisUnderTest standalone() {
    return new RedisUnderTest(RedisSettings.Mode.STANDALONE);
  }

  static RedisUnderTest cluster() {
    return new RedisUnderTest(RedisSettings.Mode.CLUSTER);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    String elsewhere = System.getenv(ENVIRONMENT);
    if (mode == RedisSettings.Mode.STANDALONE && elsewhere != null) {
      nodes = elsewhere;
      return;
    }
    nodes =
        context
            .getRoot()
            .getStore(Namespace.create(RedisUnderTest.class))
            .getOrComputeIfAbsent(
                mode,
                m -> m == RedisSettings.Mode.CLUSTER ? Started.cluster() : Started.single(),
                Started.class)
            .nodes();
  }

  /** Settings of a place in this Redis that no other test uses. */
  Map<String, String> emptyPlace() {
    String prefix = "test-" + ProcessHandle.current().pid() + "-" + PLACES.incrementAndGet();
    return Map.of(
        "mode", mode == RedisSettings.Mode.CLUSTER ? "cluster" : "standalone",
        "nodes", nodes,
        "key-prefix", prefix);
  }

  PluginFixture fixture() {
    return PluginFixture.durable(new RedisStoragePlugin(), emptyPlace());
  }

  /** Server processes and their folder. */
  static final class Started implements AutoCloseable {
    private final List<Redis> servers = new ArrayList<>();
    private final List<Integer> ports = new ArrayList<>();
    private final Path folder;

    private Started() throws IOException {
      folder = Files.createTempDirectory("redis-under-test");
    }

    static Started single() {
      return start(1, List.of());
    }

    /** Three masters that share the slots; made by hand, which needs no other client. */
    static Started cluster() {
      Started cluster = start(3, List.of("cluster-enabled yes", "cluster-node-timeout 2000"));
      try {
        ClusterOfMasters.join(cluster.ports);
      } catch (RuntimeException e) {
        cluster.close();
        throw e;
      }
      return cluster;
    }

    static Started start(int count, List<String> settings) {
      try {
        Started started = new Started();
        try {
          for (int i = 0; i < count; i++) {
            started.server(settings);
          }
        } catch (IOException | RuntimeException e) {
          started.close();
          throw e;
        }
        return started;
      } catch (IOException e) {
        throw new UncheckedIOException("Redis could not be started", e);
      }
    }

    String nodes() {
      return ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
    }

    List<Integer> ports() {
      return ports;
    }

    Redis server(int index) {
      return servers.get(index);
    }

    private void server(List<String> settings) throws IOException {
      int port = freePort();
      Path home = Files.createDirectories(folder.resolve("redis-" + port));
      RedisServerBuilder builder =
          RedisServer.newRedisServer()
              .bind("127.0.0.1")
              .port(port)
              .setting("dir " + home)
              .setting("save \"\"")
              .setting("appendonly no");
      settings.forEach(builder::setting);
      RedisServer server = builder.build();
      servers.add(server);
      ports.add(port);
      server.start();
    }

    /** A cluster's second port is ten thousand higher and must be one as well. */
    static int freePort() throws IOException {
      while (true) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
          if (socket.getLocalPort() < 55_000) {
            return socket.getLocalPort();
          }
        }
      }
    }

    @Override
    public void close() {
      for (Redis server : servers) {
        try {
          server.stop();
        } catch (IOException e) {
          throw new UncheckedIOException("Redis could not be stopped", e);
        }
      }
      try (Stream<Path> files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
