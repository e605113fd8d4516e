package io.opamp4j.server.transport.http;

import static java.util.Objects.requireNonNull;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Map;
import java.util.Optional;

/** How a connection that began as HTTP becomes a WebSocket. Called on the channel's event loop. */
public interface WebSocketUpgrade {

  /** Why this handshake is refused; empty if it is in order. Decides from the head alone. */
  Optional<Refusal> refusalOf(HttpRequest request);

  /**
   * Answers 101 through {@code ctx} and adds the WebSocket handlers at the end of the pipeline. The
   * caller removes the HTTP handlers afterwards.
   */
  void accept(ChannelHandlerContext ctx, HttpRequest request);

  /**
   * A plain HTTP answer in place of 101.
   *
   * @param status such as 400, 403 or 426
   * @param reason in plain words
   * @param headers further headers of the answer
   */
  record Refusal(HttpResponseStatus status, String reason, Map<String, String> headers) {
    public Refusal {
      requireNonNull(status, "status");
      requireNonNull(reason, "reason");
      headers = Map.copyOf(headers);
    }
  }
}
