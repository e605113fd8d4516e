package io.opamp4j.server.transport.ws;

import static java.util.Objects.requireNonNull;

import io.opamp4j.server.ServerConfig;
import java.time.Duration;

/**
 * What a WebSocket connection may cost.
 *
 * @param maxReceivedMessageSize bytes of header and data together (LIM-01, LIM-04)
 * @param maxSentMessageSize bytes of header and data together (LIM-10)
 * @param closeTimeout how long the peer may take to answer a Close frame before TCP is closed
 * @param stallTimeout how long a peer may read nothing of what waits for it before it is closed
 * @param dialect what is understood beyond the plain protocol
 */
public record WebSocketSettings(
    int maxReceivedMessageSize,
    int maxSentMessageSize,
    Duration closeTimeout,
    Duration stallTimeout,
    ServerConfig.Dialect dialect) {
  public WebSocketSettings {
    if (maxReceivedMessageSize < 1 || maxSentMessageSize < 1) {
      throw new IllegalArgumentException("message sizes must be positive");
    }
    requireNonNull(closeTimeout, "closeTimeout");
    requireNonNull(stallTimeout, "stallTimeout");
    requireNonNull(dialect, "dialect");
  }
}
