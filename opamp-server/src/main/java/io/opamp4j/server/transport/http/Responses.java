package io.opamp4j.server.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.opamp4j.core.timing.Admission;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** Whole answers, small ones. */
final class Responses {
  private static final Map<Admission.Reason, String> REASONS =
      Map.of(
          Admission.Reason.DRAINING, "the server is shutting down",
          Admission.Reason.OVERLOADED, "the server is overloaded",
          Admission.Reason.FULL, "too many connections",
          Admission.Reason.RATE, "too many new connections");

  private Responses() {}

  /** A line of plain text. */
  static FullHttpResponse text(HttpResponseStatus status, String line) {
    return bytes(
        status, "text/plain; charset=utf-8", (line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  /** A problem of RFC 9457 with nothing but its status in it. */
  static FullHttpResponse problem(HttpResponseStatus status) {
    return problem(status, "");
  }

  /** A problem that says what happened, in words that need no escaping in JSON. */
  static FullHttpResponse problem(HttpResponseStatus status, String detail) {
    String json =
        "{\"status\":"
            + status.code()
            + ",\"title\":\""
            + status.reasonPhrase()
            + (detail.isEmpty() ? "" : "\",\"detail\":\"" + detail)
            + "\"}";
    return bytes(status, "application/problem+json", json.getBytes(StandardCharsets.UTF_8));
  }

  /** These bytes, which are not copied. */
  static FullHttpResponse bytes(HttpResponseStatus status, String contentType, byte[] body) {
    ByteBuf content = Unpooled.wrappedBuffer(body);
    FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
    response
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, contentType)
        .set("X-Content-Type-Options", "nosniff");
    return response;
  }

  /** The answer to a handshake that is not in order. */
  static FullHttpResponse refusal(WebSocketUpgrade.Refusal why) {
    FullHttpResponse response = text(why.status(), why.reason());
    why.headers().forEach(response.headers()::set);
    return response;
  }

  /** An agent is refused for now, and its connection is closed (THROTTLE-06, THROTTLE-07). */
  static FullHttpResponse refused(Admission.Refusal why) {
    boolean rate = why.reason() == Admission.Reason.RATE;
    return last(
        retryAfter(
            text(
                rate
                    ? HttpResponseStatus.TOO_MANY_REQUESTS
                    : HttpResponseStatus.SERVICE_UNAVAILABLE,
                REASONS.getOrDefault(why.reason(), "come back later")),
            why.retryAfter()));
  }

  /** Says when to come back, in whole seconds. */
  static FullHttpResponse retryAfter(FullHttpResponse response, Duration time) {
    response.headers().set(HttpHeaderNames.RETRY_AFTER, Admission.wholeSeconds(time));
    return response;
  }

  /** The connection is closed after this answer. */
  static FullHttpResponse last(FullHttpResponse response) {
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    return response;
  }

  /** An answer in one go, to a request whose body nobody wants. */
  static Exchange only(Reply reply, FullHttpResponse response) {
    return new Exchange() {
      @Override
      public void start() {
        reply.send(response);
      }

      @Override
      public void expired() {
        reply.abort();
      }
    };
  }
}
