package io.opamp4j.server.transport.http;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * All plain HTTP connections and their deadlines: one pass over all of them now and then, instead
 * of a timer for each. WebSockets are not in here. Thread-safe.
 */
public final class ConnectionSweep {
  private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();

  void add(HttpConnection connection) {
    connections.add(connection);
  }

  void remove(HttpConnection connection) {
    connections.remove(connection);
  }

  /**
   * Tells every connection whose deadline has passed.
   *
   * @param now nanoseconds of the event loops' ticker
   */
  public void pass(long now) {
    for (HttpConnection connection : connections) {
      connection.expireBy(now);
    }
  }
}
