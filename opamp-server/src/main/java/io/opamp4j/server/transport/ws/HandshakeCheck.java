package io.opamp4j.server.transport.ws;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.opamp4j.server.transport.http.WebSocketUpgrade.Refusal;
import java.net.URI;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides from the head of a request alone whether a WebSocket may be opened (E-11). Pure. */
final class HandshakeCheck {
  private static final String VERSION = "13";
  private static final int KEY_BYTES = 16;

  private HandshakeCheck() {}

  /** Empty if the handshake is in order. */
  static Optional<Refusal> check(HttpRequest request) {
    HttpHeaders headers = request.headers();
    if (!request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
      return refuse(HttpResponseStatus.BAD_REQUEST, "WebSocket needs HTTP/1.1");
    }
    if (!headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderNames.UPGRADE, true)) {
      return refuse(HttpResponseStatus.BAD_REQUEST, "Connection: Upgrade is missing");
    }
    if (HttpUtil.isTransferEncodingChunked(request)
        || HttpUtil.getContentLength(request, 0L) != 0) {
      return refuse(HttpResponseStatus.BAD_REQUEST, "a handshake has no body");
    }
    if (!VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      return Optional.of(
          new Refusal(
              HttpResponseStatus.UPGRADE_REQUIRED,
              "WebSocket version 13 is spoken here",
              Map.of(
                  "Sec-WebSocket-Version",
                  VERSION,
                  "Upgrade",
                  "websocket",
                  "Connection",
                  "Upgrade")));
    }
    if (!isKey(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY))) {
      return refuse(HttpResponseStatus.BAD_REQUEST, "Sec-WebSocket-Key is not 16 bytes in base64");
    }
    String origin = headers.get(HttpHeaderNames.ORIGIN);
    if (origin != null && !sameHost(origin, headers.get(HttpHeaderNames.HOST))) {
      // Agents are no browsers: a page of another site has no business here.
      return refuse(HttpResponseStatus.FORBIDDEN, "foreign Origin");
    }
    return Optional.empty();
  }

  private static Optional<Refusal> refuse(HttpResponseStatus status, String why) {
    return Optional.of(new Refusal(status, why, Map.of()));
  }

  private static boolean isKey(@Nullable String key) {
    try {
      return key != null && Base64.getDecoder().decode(key).length == KEY_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean sameHost(String origin, @Nullable String host) {
    try {
      return host != null && host.equalsIgnoreCase(URI.create(origin).getRawAuthority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
