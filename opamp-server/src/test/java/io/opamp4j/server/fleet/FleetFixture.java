package io.opamp4j.server.fleet;

import com.google.inject.Guice;
import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.storage.ChangeFeed;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.memory.MemoryStoragePlugin;
import io.opamp4j.testkit.storage.TextOptions;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What the tests of the fleet share. */
final class FleetFixture {
  static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  private static final ConfigurationChecks CHECKS = new ConfigurationChecks(Set.of());

  private FleetFixture() {}

  static DocumentStore documents() {
    return Guice.createInjector(
            new MemoryStoragePlugin().module(new TextOptions(List.of(), Map.of())))
        .getInstance(DocumentStore.class);
  }

  static Fleet fleet(List<Configuration> configurations) {
    return new Fleet(configurations, List.of(), List.of(), CHECKS);
  }

  static ConfigurationStore store(DocumentStore documents) {
    return store(documents, NOW);
  }

  static ConfigurationStore store(DocumentStore documents, Instant now) {
    return new ConfigurationStore(documents, new ConfigurationHistory(documents), () -> now);
  }

  static FleetReader reader(DocumentStore documents) {
    return reader(documents, Set::of);
  }

  static FleetReader reader(DocumentStore documents, FixedPins pins) {
    return new FleetReader(
        store(documents),
        new RunningVersions(documents),
        new ConfigurationHistory(documents),
        new RolloutStore(documents),
        pins,
        CHECKS);
  }

  static ConfigurationSpec spec(String selector, int priority, String body) {
    return new ConfigurationSpec(Selector.parse(selector), priority, "", files(body));
  }

  static AgentConfigMap files(String body) {
    return AgentConfigMap.newBuilder()
        .putConfigMap(
            "collector.yaml",
            AgentConfigFile.newBuilder()
                .setContentType("text/yaml")
                .setBody(ByteString.copyFromUtf8(body))
                .build())
        .build();
  }

  static Configuration configuration(String name, String selector, int priority) {
    ConfigurationSpec spec = spec(selector, priority, name);
    return new Configuration(name, 1, spec, ContentHash.of(spec.files()), NOW, NOW, false);
  }

  /** A feed that speaks only when the test says so, on the test's thread. */
  static final class Feed implements ChangeFeed {
    private final List<Consumer<Change>> listeners = new ArrayList<>();

    @Override
    public Subscription subscribe(Consumer<Change> listener) {
      listeners.add(listener);
      return () -> listeners.remove(listener);
    }

    void hint(String kind) {
      List.copyOf(listeners).forEach(listener -> listener.accept(new Change(kind, "any")));
    }

    int subscriptions() {
      return listeners.size();
    }
  }

  /** Runs work at once, on the thread that brings it. */
  static final class Direct extends AbstractExecutorService {
    @Override
    public void execute(Runnable command) {
      command.run();
    }

    @Override
    public void shutdown() {}

    @Override
    public List<Runnable> shutdownNow() {
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return false;
    }

    @Override
    public boolean isTerminated() {
      return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return false;
    }
  }

  /** Keeps work until the test runs it. */
  static final class Later extends AbstractExecutorService {
    private final Queue<Runnable> queue = new ArrayDeque<>();
    private boolean shutdown;

    int waiting() {
      return queue.size();
    }

    void runAll() {
      for (Runnable next = queue.poll(); next != null; next = queue.poll()) {
        next.run();
      }
    }

    @Override
    public void execute(Runnable command) {
      if (shutdown) {
        throw new java.util.concurrent.RejectedExecutionException("shut down");
      }
      queue.add(command);
    }

    @Override
    public void shutdown() {
      shutdown = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutdown = true;
      return List.copyOf(queue);
    }

    @Override
    public boolean isShutdown() {
      return shutdown;
    }

    @Override
    public boolean isTerminated() {
      return shutdown && queue.isEmpty();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return isTerminated();
    }
  }
}
