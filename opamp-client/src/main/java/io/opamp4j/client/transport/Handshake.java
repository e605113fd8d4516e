package io.opamp4j.client.transport;

import io.opamp4j.core.client.Loss;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.HandshakeResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.glassfish.tyrus.client.exception.DeploymentHandshakeException;
import org.glassfish.tyrus.spi.UpgradeResponse;

/**
 * The HTTP side of one WebSocket handshake: our headers, and what the server said if it refused.
 */
final class Handshake extends ClientEndpointConfig.Configurator {
  private static final int PATIENCE_MILLIS = 1000;

  private final Map<String, String> headers;
  private final CompletableFuture<UpgradeResponse> answer = new CompletableFuture<>();

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
      answer.complete(upgrade);
    }
  }

  /**
   * Why the server refused. Tyrus may report the failure a moment before it shows the answer, so
   * the answer is waited for.
   *
   * @param failure what connecting ended with
   */
  Loss refusal(DeploymentHandshakeException failure, Instant now) {
    try {
      UpgradeResponse response = answer.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      String retryAfter = response.getFirstHeaderValue(UpgradeResponse.RETRY_AFTER);
      return Losses.ofStatus(response.getStatus(), retryAfter, now);
    } catch (TimeoutException | ExecutionException e) {
      // A redirect's answer is never shown; its status is.
      return Losses.ofStatus(failure.getHttpStatusCode(), null, now);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Losses.ofStatus(failure.getHttpStatusCode(), null, now);
    }
  }
}
