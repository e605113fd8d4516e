package io.opamp4j.client.transport;

import io.opamp4j.core.client.Loss;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.HandshakeResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.glassfish.tyrus.spi.UpgradeResponse;
import org.jspecify.annotations.Nullable;

/** The HTTP side of one WebSocket handshake: our headers, and what the server said if it refused. */
final class Handshake extends ClientEndpointConfig.Configurator {
  private static final int SWITCHING_PROTOCOLS = 101;

  private final Map<String, String> headers;
  private volatile @Nullable UpgradeResponse answer;

  Handshake(Map<String, String> headers) {
    this.headers = Map.copyOf(headers);
  }

  @Override
  public void beforeRequest(Map<String, List<String>> request) {
    headers.forEach((name, value) -> request.put(name, List.of(value)));
  }

  @Override
  public void afterResponse(HandshakeResponse response) {
    if (response instanceof UpgradeResponse upgrade) {
      answer = upgrade;
    }
  }

  /** Why the server refused; empty if it did not answer or did not refuse. */
  Optional<Loss> refusal(Instant now) {
    UpgradeResponse response = answer;
    if (response == null || response.getStatus() == SWITCHING_PROTOCOLS) {
      return Optional.empty();
    }
    String retryAfter = response.getFirstHeaderValue(UpgradeResponse.RETRY_AFTER);
    return Optional.of(Losses.ofStatus(response.getStatus(), retryAfter, now));
  }
}
