package io.opamp4j.server.agents;

import jakarta.inject.Inject;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Which agents a WebSocket carries. A gateway's socket carries many (TRN-08); plain-HTTP exchanges
 * are not kept. Thread-safe.
 */
final class ConnectionRegistry {
  private final ConcurrentMap<Connection, Set<AgentSession>> carried = new ConcurrentHashMap<>();

  @Inject
  ConnectionRegistry() {}

  /** The connection carries this agent from now on. Called on the connection's I/O thread. */
  void attach(Connection connection, AgentSession session) {
    carried.computeIfAbsent(connection, c -> ConcurrentHashMap.newKeySet(1)).add(session);
  }

  /** The connection carries this agent no longer, but may carry others. */
  void detach(Connection connection, AgentSession session) {
    carried.computeIfPresent(
        connection,
        (c, sessions) -> {
          sessions.remove(session);
          return sessions;
        });
  }

  /** The agents of a connection. */
  Collection<AgentSession> on(Connection connection) {
    return carried.getOrDefault(connection, Set.of());
  }

  /** The connection is gone; these were its agents. */
  Collection<AgentSession> remove(Connection connection) {
    Set<AgentSession> sessions = carried.remove(connection);
    return sessions != null ? sessions : Set.of();
  }

  /** All live connections. */
  Collection<Connection> connections() {
    return carried.keySet();
  }
}
