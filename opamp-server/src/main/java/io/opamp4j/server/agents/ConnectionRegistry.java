package io.opamp4j.server.agents;

import jakarta.inject.Inject;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The live WebSockets. Plain-HTTP exchanges are not kept. Thread-safe. */
final class ConnectionRegistry {
  private final ConcurrentMap<Connection, Carrier> carriers = new ConcurrentHashMap<>();

  @Inject
  ConnectionRegistry() {}

  /** The carrier of a WebSocket. Called on its I/O thread, and not after its end. */
  Carrier of(Connection socket, Instant at) {
    Carrier known = carriers.get(socket);
    return known != null ? known : carriers.computeIfAbsent(socket, s -> new Carrier(s, at));
  }

  Optional<Carrier> find(Connection socket) {
    return Optional.ofNullable(carriers.get(socket));
  }

  /** The agents that a WebSocket carries. */
  Collection<AgentSession> on(Connection socket) {
    return find(socket).map(Carrier::carried).orElse(Set.of());
  }

  /** The WebSocket is gone. */
  Optional<Carrier> remove(Connection socket) {
    return Optional.ofNullable(carriers.remove(socket));
  }

  /** All live WebSockets. */
  Collection<Carrier> connections() {
    return carriers.values();
  }
}
