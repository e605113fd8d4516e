package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The orders that wait, as far as this node knows: an index of what storage has, without the
 * content. It may name an order that is gone and lack one that is new; whoever sends makes sure in
 * storage first. Thread-safe; never blocks.
 */
final class OrderBook {
  /** What one agent may have waiting. */
  static final int MOST_PER_AGENT = 100;

  private static final Comparator<Waiting> OLDEST_FIRST =
      Comparator.comparing(Waiting::created).thenComparing(Waiting::id);

  private final ConcurrentMap<InstanceUid, List<Waiting>> byAgent = new ConcurrentHashMap<>();
  private volatile Consumer<InstanceUid> listener = uid -> {};

  /**
   * @param capability the custom capability the agent must have announced; empty if none
   */
  record Waiting(
      InstanceUid agent, String id, Optional<String> capability, Instant created, Instant expires) {
    static Waiting of(Order order) {
      return new Waiting(
          order.agent(), order.id(), order.what().capability(), order.created(), order.expires());
    }
  }

  @Inject
  OrderBook() {}

  /** Calls the listener with the agent of each order that comes to wait; it must return at once. */
  void subscribe(Consumer<InstanceUid> onlyListener) {
    listener = onlyListener;
  }

  /** This order waits, unless it is in here already. */
  void add(Order order) {
    Waiting waiting = Waiting.of(order);
    byAgent.compute(
        waiting.agent(),
        (uid, before) -> {
          if (before == null) {
            return List.of(waiting);
          }
          if (before.contains(waiting)) {
            return before;
          }
          List<Waiting> after = new ArrayList<>(before);
          after.add(waiting);
          after.sort(OLDEST_FIRST);
          return List.copyOf(after);
        });
    listener.accept(waiting.agent());
  }

  void remove(Waiting waiting) {
    byAgent.computeIfPresent(
        waiting.agent(),
        (uid, before) -> {
          List<Waiting> after = before.stream().filter(w -> !w.equals(waiting)).toList();
          return after.isEmpty() ? null : after;
        });
  }

  /** The oldest order of this agent that passes. */
  Optional<Waiting> next(InstanceUid agent, Predicate<Waiting> passes) {
    List<Waiting> waiting = byAgent.get(agent);
    return waiting == null ? Optional.empty() : waiting.stream().filter(passes).findFirst();
  }

  boolean has(Waiting waiting) {
    return byAgent.getOrDefault(waiting.agent(), List.of()).contains(waiting);
  }

  int count(InstanceUid agent) {
    return byAgent.getOrDefault(agent, List.of()).size();
  }

  /** Everything in here, as of now. */
  List<Waiting> all() {
    return byAgent.values().stream().flatMap(List::stream).toList();
  }
}
