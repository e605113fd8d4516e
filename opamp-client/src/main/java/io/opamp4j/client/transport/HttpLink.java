package io.opamp4j.client.transport;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.Loss;
import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.wire.Bodies;
import io.opamp4j.core.wire.HttpContent;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.core.wire.MessageTooLargeException;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** A row of requests, each one sent when the answer to the one before is in (HTTP-08). */
final class HttpLink implements Link {
  /** Smaller bodies gain nothing from compression. */
  private static final int WORTH_COMPRESSING = 1024;

  private final TransportSettings settings;
  private final HttpClient client;
  private final ExecutorService executor;
  private final LinkEvents events;
  private @Nullable Future<?> exchange;

  HttpLink(
      TransportSettings settings, HttpClient client, ExecutorService executor, LinkEvents events) {
    this.settings = settings;
    this.client = client;
    this.executor = executor;
    this.events = events;
  }

  @Override
  public void send(AgentToServer message) {
    try {
      exchange = executor.submit(() -> exchange(message));
    } catch (RejectedExecutionException e) {
      events.lost(Loss.of(LossKind.TIMEOUT, "earlier requests still hang"));
    }
  }

  /** Gives up the request under way, if there is one. */
  @Override
  public void close() {
    if (exchange != null) {
      exchange.cancel(true);
    }
  }

  private void exchange(AgentToServer message) {
    try {
      HttpResponse<InputStream> response =
          client.send(request(message), BodyHandlers.ofInputStream());
      events.sent();
      try (InputStream body = response.body()) {
        answered(response, body);
      }
    } catch (MessageTooLargeException e) {
      throw new IllegalArgumentException("the machine keeps messages within the limit", e);
    } catch (InterruptedException e) {
      events.lost(Loss.of(LossKind.BROKEN, "given up"));
      Thread.currentThread().interrupt();
    } catch (IOException | RuntimeException e) {
      events.lost(Losses.ofFailure(e));
    } catch (Error e) {
      // The loop must hear of it, too.
      events.lost(Losses.ofFailure(e));
      throw e;
    }
  }

  private HttpRequest request(AgentToServer message) throws MessageTooLargeException {
    boolean gzip = settings.gzip() && message.getSerializedSize() > WORTH_COMPRESSING;
    HttpRequest.Builder request =
        HttpRequest.newBuilder(settings.target().endpoint()).timeout(settings.connectTimeout());
    settings.target().currentHeaders().forEach(request::setHeader);
    // The JDK's client passes these on to the proxy, and takes no others for it.
    settings.target().proxyHeaders().forEach(request::setHeader);
    request.setHeader("Content-Type", HttpContent.PROTOBUF).setHeader("Accept-Encoding", "gzip");
    InstanceUid.from(message.getInstanceUid())
        .ifPresent(uid -> request.setHeader("OpAMP-Instance-UID", uid.toString()));
    if (gzip) {
      request.setHeader("Content-Encoding", "gzip");
    }
    byte[] body = Bodies.encode(message, gzip, settings.sendLimit());
    return request.POST(BodyPublishers.ofByteArray(body)).build();
  }

  private void answered(HttpResponse<InputStream> response, InputStream body) throws IOException {
    if (response.statusCode() == 200) {
      try {
        events.received(read(response, body));
      } catch (MalformedMessageException e) {
        events.malformed(String.valueOf(e.getMessage()));
      }
      return;
    }
    Optional<ServerToAgent> refusal = refusal(response, body);
    if (refusal.isPresent()) {
      events.received(refusal.get());
    } else {
      String retryAfter = response.headers().firstValue("Retry-After").orElse(null);
      events.lost(Losses.ofStatus(response.statusCode(), retryAfter, settings.clock().instant()));
    }
  }

  /** A 400 may carry the answer that says what was wrong (E-08). */
  private Optional<ServerToAgent> refusal(HttpResponse<InputStream> response, InputStream body)
      throws IOException {
    String contentType = response.headers().firstValue("Content-Type").orElse(null);
    if (response.statusCode() != 400 || !HttpContent.isProtobuf(contentType)) {
      return Optional.empty();
    }
    try {
      return Optional.of(read(response, body)).filter(ServerToAgent::hasErrorResponse);
    } catch (MalformedMessageException e) {
      return Optional.empty();
    }
  }

  private ServerToAgent read(HttpResponse<InputStream> response, InputStream body)
      throws MalformedMessageException, IOException {
    HttpContent.Encoding encoding =
        HttpContent.encoding(response.headers().firstValue("Content-Encoding").orElse(null))
            .orElseThrow(() -> new MalformedMessageException("an unknown Content-Encoding"));
    return Bodies.serverToAgent(
        body, encoding == HttpContent.Encoding.GZIP, settings.receiveLimit());
  }
}
