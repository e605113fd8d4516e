package io.opamp4j.benchmarks;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.Ownership;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.Storage;
import io.opamp4j.storage.StoragePlugin;
import io.opamp4j.storage.h2.H2StoragePlugin;
import io.opamp4j.storage.memory.MemoryStoragePlugin;
import io.opamp4j.storage.redis.RedisStoragePlugin;
import io.opamp4j.testkit.storage.TextOptions;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import redis.clients.jedis.Jedis;
import redis.embedded.RedisServer;

/**
 * Measures what each backend does with the records of a fleet whose agents share a configuration of
 * 20 KB and differ in the rest, and prints a table. The optional argument is the number of agents.
 */
public final class StorageBenchmark {
  private static final int AGENTS = 100_000;
  private static final int BATCH = 1_000;
  private static final int FINDS = 20_000;
  private static final int CONFIG = 20 * 1_024;
  private static final int NODES = 10;

  private StorageBenchmark() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int agents = arguments.length == 0 ? AGENTS : Integer.parseInt(arguments[0]);
    PrintStream out = System.out;
    out.printf(
        "%d processors, JDK %s, %s %s, %,d agents%n%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        agents);
    Path folder = Files.createTempDirectory("storage-benchmark");
    List<Figures> all = new ArrayList<>();
    try (Redis redis = Redis.start(folder.resolve("redis"))) {
      all.add(measure("memory", new MemoryStoragePlugin(), Map.of(), agents, () -> 0));
      Path h2 = folder.resolve("h2");
      all.add(
          measure(
              "h2",
              new H2StoragePlugin(),
              Map.of("path", h2.resolve("opamp").toString()),
              agents,
              () -> bytesIn(h2)));
      all.add(
          measure(
              "redis",
              new RedisStoragePlugin(),
              Map.of("nodes", redis.node()),
              agents,
              redis::usedMemory));
    } finally {
      delete(folder);
    }
    print(out, all);
  }

  /** What a backend has taken up so far, in bytes. */
  private interface Size {
    long bytes() throws IOException;
  }

  private static Figures measure(
      String name, StoragePlugin plugin, Map<String, String> settings, int agents, Size size)
      throws IOException {
    Injector injector =
        Guice.createInjector(
            Stage.PRODUCTION, plugin.module(new TextOptions(plugin.settings(), settings)));
    try (Storage storage = injector.getInstance(Storage.class)) {
      AgentStore store = injector.getInstance(AgentStore.class);
      // Once for the compiler, on other agents.
      write(store, agents, Math.min(agents, 10 * BATCH), 0);
      long before = size.bytes();
      Duration inserted = time(() -> write(store, 0, agents, 1));
      long grown = size.bytes() - before;
      Duration updated = time(() -> write(store, 0, agents, 2));
      Duration listed = time(() -> store.eachPage(BATCH, page -> {}));
      Duration ofOwner = time(() -> ofOwner(store));
      Duration found = time(() -> find(store, agents));
      return new Figures(
          name,
          perSecond(agents, inserted),
          perSecond(agents, updated),
          perSecond(store.count(), listed),
          perSecond((long) agents / NODES, ofOwner),
          perSecond(FINDS, found),
          grown / agents);
    }
  }

  private static void write(AgentStore store, int from, int count, int round) {
    ByteString config = config();
    for (int first = from; first < from + count; first += BATCH) {
      List<AgentRecord> batch = new ArrayList<>(BATCH);
      for (int agent = first; agent < Math.min(first + BATCH, from + count); agent++) {
        batch.add(record(agent, round, config));
      }
      store.save(batch);
    }
  }

  private static void ofOwner(AgentStore store) {
    AgentQuery query = new AgentQuery(Optional.empty(), Optional.of("node-3"), BATCH);
    boolean more = true;
    while (more) {
      Page<AgentRecord> page = store.list(query);
      more = page.more();
      query = more ? query.after(page.items().get(page.items().size() - 1).uid()) : query;
    }
  }

  private static void find(AgentStore store, int agents) {
    Random random = new Random(1);
    for (int i = 0; i < FINDS; i++) {
      store.find(uid(random.nextInt(agents))).orElseThrow();
    }
  }

  private static InstanceUid uid(int agent) {
    // Spread over the key space, as random uids are.
    return new InstanceUid(agent * 0x9E3779B97F4A7C15L, agent);
  }

  private static AgentRecord record(int agent, int round, ByteString config) {
    AgentDescription.Builder description = AgentDescription.newBuilder();
    attribute(description, "service.name", "io.opentelemetry.collector");
    attribute(description, "service.instance.id", "instance-" + agent);
    attribute(description, "host.name", "host-" + agent + ".example.com");
    attribute(description, "os.type", "linux");
    AgentToServer report =
        AgentToServer.newBuilder()
            .setInstanceUid(uid(agent).toBytes())
            .setCapabilities(0x1807)
            .setAgentDescription(description)
            .setHealth(
                ComponentHealth.newBuilder()
                    .setHealthy(true)
                    .setStatus("StatusOK")
                    .setStatusTimeUnixNano(1_000_000L * round))
            .setEffectiveConfig(
                EffectiveConfig.newBuilder()
                    .setConfigMap(
                        AgentConfigMap.newBuilder()
                            .putConfigMap(
                                "collector.yaml",
                                AgentConfigFile.newBuilder().setBody(config).build())))
            .build();
    return new AgentRecord(
        uid(agent),
        report,
        Map.of("env", "prod"),
        Instant.EPOCH,
        Instant.ofEpochSecond(round),
        new Ownership(1, "node-" + agent % NODES, ByteString.EMPTY));
  }

  private static void attribute(AgentDescription.Builder description, String key, String value) {
    description.addIdentifyingAttributes(
        KeyValue.newBuilder().setKey(key).setValue(AnyValue.newBuilder().setStringValue(value)));
  }

  private static ByteString config() {
    byte[] bytes = new byte[CONFIG];
    new Random(1).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }

  private static Duration time(Runnable work) {
    long begin = System.nanoTime();
    work.run();
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private static long perSecond(long count, Duration time) {
    return Math.round(count * 1e9 / Math.max(1, time.toNanos()));
  }

  private static long bytesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    }
  }

  private static void print(PrintStream out, List<Figures> all) {
    out.println("| backend | new records/s | records changed/s | listed/s | listed by node/s |"
        + " single reads/s | bytes per agent |");
    out.println("| --- | --- | --- | --- | --- | --- | --- |");
    for (Figures each : all) {
      out.printf(
          "| %s | %,d | %,d | %,d | %,d | %,d | %s |%n",
          each.name(),
          each.inserted(),
          each.updated(),
          each.listed(),
          each.listedByNode(),
          each.found(),
          each.bytes() == 0 ? "-" : "%,d".formatted(each.bytes()));
    }
  }

  /** All but the last per second. */
  private record Figures(
      String name,
      long inserted,
      long updated,
      long listed,
      long listedByNode,
      long found,
      long bytes) {}

  /** A Redis of its own, which forces its log to the disk once a second. */
  private record Redis(RedisServer server, int port) implements AutoCloseable {
    static Redis start(Path folder) throws IOException {
      Files.createDirectories(folder);
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        int port = socket.getLocalPort();
        socket.close();
        RedisServer server =
            RedisServer.newRedisServer()
                .bind("127.0.0.1")
                .port(port)
                .setting("dir " + folder)
                .setting("save \"\"")
                .setting("appendonly yes")
                .setting("appendfsync everysec")
                .build();
        server.start();
        return new Redis(server, port);
      }
    }

    String node() {
      return "127.0.0.1:" + port;
    }

    long usedMemory() {
      try (Jedis jedis = new Jedis("127.0.0.1", port)) {
        return jedis
            .info("memory")
            .lines()
            .filter(line -> line.startsWith("used_memory:"))
            .mapToLong(line -> Long.parseLong(line.substring("used_memory:".length()).strip()))
            .findFirst()
            .orElseThrow();
      }
    }

    @Override
    public void close() {
      try {
        server.stop();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
