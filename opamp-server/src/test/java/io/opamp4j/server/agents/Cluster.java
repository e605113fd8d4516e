package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.server.cluster.NodeUnderTest;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.ChangeFeed;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.StorageException;
import io.opamp4j.testkit.ManualTime;
import io.opamp4j.testkit.storage.Stores;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Several nodes on one storage and one clock, all of which do what the test says. */
final class Cluster {
  final ManualTime time = new ManualTime();
  final Stores stores = ExtrasFixture.memory();
  final List<Node> nodes = new ArrayList<>();
  final ServerConfig.Agents config;
  private final List<Consumer<ChangeFeed.Change>> listeners = new ArrayList<>();
  BooleanSupplier hintIsLost = () -> false;
  boolean storageIsDown;
  private int incarnations;

  Cluster(ServerConfig.Agents config) {
    this.config = config;
  }

  /** One process. A dead one never does anything again. */
  final class Node {
    final String id;
    final Hub hub;
    boolean paused;
    boolean dead;
    boolean cutOff;
    final DocumentStore documents;
    private final NodeUnderTest member;
    private final Deque<Runnable> arrived = new ArrayDeque<>();

    private Node(String name) {
      id = name + "-" + ++incarnations;
      documents = reached(DocumentStore.class, stores.documents());
      AgentStore agents = reached(AgentStore.class, stores.agents());
      member = new NodeUnderTest(id, documents, time);
      member.join();
      Stores own =
          new Stores(stores.storage(), agents, documents, stores.blobs(), Cluster.this::subscribe);
      hub = new Hub(agents, config, own, time, Optional.of(member.membership()));
    }

    boolean works() {
      return !paused && !dead;
    }

    boolean leads() {
      return member.membership().isLeader();
    }

    Optional<String> trouble() {
      return member.membership().trouble();
    }

    /** Something comes in over the network; a paused process finds it later. */
    void receive(Runnable delivery) {
      if (paused) {
        arrived.add(delivery);
      } else if (!dead) {
        delivery.run();
        hub.run();
      }
    }

    void resume() {
      paused = false;
      while (!arrived.isEmpty()) {
        arrived.poll().run();
      }
      hub.run();
    }

    /** Everything that runs once per second. */
    void tick() {
      if (works()) {
        member.tick();
        hub.sweep.tick(time.instant());
        hub.run();
        hub.beside.upkeep.tick(time.instant());
        hub.writer.flush();
        hub.mirror.tick(time.instant());
        hub.run();
      }
    }

    /** Stops as SIGTERM makes it stop, its connections having ended before. */
    void stop() {
      hub.run();
      hub.writer.flush();
      member.leave();
      dead = true;
    }

    AgentView view(InstanceUid uid) {
      return hub.view(uid);
    }

    ConnectionState state(InstanceUid uid) {
      return view(uid).status().state();
    }

    List<AgentEvent> disconnects() {
      return hub.events.stream()
          .filter(
              event ->
                  event instanceof AgentEvent.StatusChanged changed
                      && changed.to().state() == ConnectionState.DISCONNECTED)
          .toList();
    }

    /** The storage, as far as this node can reach it. Tells of changes, unless the hint is lost. */
    private <T> T reached(Class<T> type, T target) {
      return type.cast(
          Proxy.newProxyInstance(
              Cluster.class.getClassLoader(),
              new Class<?>[] {type},
              (proxy, method, args) -> {
                if (storageIsDown || cutOff) {
                  throw new StorageException("storage cannot be reached", true, null);
                }
                try {
                  Object result = method.invoke(target, args);
                  if (type == DocumentStore.class
                      && List.of("put", "remove").contains(method.getName())) {
                    publish((String) args[0], (String) args[1]);
                  }
                  return result;
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
              }));
    }
  }

  Node start(String name) {
    Node node = new Node(name);
    nodes.add(node);
    return node;
  }

  List<Node> working() {
    return nodes.stream().filter(Node::works).toList();
  }

  /** Lets time pass second by second. */
  void pass(Duration duration) {
    pass(duration, () -> {});
  }

  /** The same; also does this once per second. */
  void pass(Duration duration, Runnable everySecond) {
    for (long second = 0; second < duration.toSeconds(); second++) {
      time.advance(Duration.ofSeconds(1));
      everySecond.run();
      List.copyOf(nodes).forEach(Node::tick);
    }
  }

  ChangeFeed.Subscription subscribe(Consumer<ChangeFeed.Change> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private void publish(String kind, String id) {
    for (Consumer<ChangeFeed.Change> listener : List.copyOf(listeners)) {
      if (!hintIsLost.getAsBoolean()) {
        listener.accept(new ChangeFeed.Change(kind, id));
      }
    }
  }
}
