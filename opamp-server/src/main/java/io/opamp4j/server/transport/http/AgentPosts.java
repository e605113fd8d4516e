package io.opamp4j.server.transport.http;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.opamp4j.core.timing.Admission.Refusal;
import io.opamp4j.core.wire.HttpContent;
import io.opamp4j.server.agents.AdmissionGate;
import io.opamp4j.server.agents.AgentInbox;
import io.opamp4j.server.agents.MemoryBudget;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * OpAMP over plain HTTP: what a request to the agents' path gets (E-11 to E-13, E-57). Thread-safe.
 */
public final class AgentPosts {
  private static final String INSTANCE_UID = "OpAMP-Instance-UID";

  private final AtomicLong ids = new AtomicLong();
  private final Parts parts;
  private final HttpSettings settings;

  public AgentPosts(Parts parts) {
    this.parts = parts;
    this.settings = parts.settings();
  }

  Exchange open(HttpRequest request, Reply reply, AdmissionGate.Seat seat) {
    String contentType = request.headers().get(HttpHeaderNames.CONTENT_TYPE);
    boolean protobuf = HttpContent.isProtobuf(contentType);
    String method = request.method().name();
    if (method.equals("GET")) {
      return Responses.only(reply, protobuf ? notAllowed("POST") : upgradeRequired());
    }
    if (!method.equals("POST")) {
      return Responses.only(reply, notAllowed("GET, POST"));
    }
    if (!protobuf) {
      FullHttpResponse response =
          Responses.text(
              HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
              "Content-Type has to be " + HttpContent.PROTOBUF);
      response.headers().set("Accept-Post", HttpContent.PROTOBUF);
      return Responses.only(reply, response);
    }
    String encodings = String.join(",", request.headers().getAll(HttpHeaderNames.CONTENT_ENCODING));
    Optional<HttpContent.Encoding> encoding =
        HttpContent.encoding(encodings.isEmpty() ? null : encodings);
    if (encoding.isEmpty()) {
      FullHttpResponse response =
          Responses.text(
              HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding is not supported");
      response.headers().set(HttpHeaderNames.ACCEPT_ENCODING, HttpContent.ACCEPTED_ENCODINGS);
      return Responses.only(reply, response);
    }
    if (HttpUtil.getContentLength(request, 0L) > settings.maxReceivedMessageSize()) {
      return Responses.only(reply, tooLarge(settings.maxReceivedMessageSize()));
    }
    Optional<Refusal> refusal = seat.request();
    if (refusal.isPresent()) {
      return Responses.only(reply, Responses.refused(refusal.get()));
    }
    return new AgentExchange(
        "http-" + ids.incrementAndGet(),
        reply,
        parts,
        request.headers().get(INSTANCE_UID, ""),
        encoding.get() == HttpContent.Encoding.GZIP,
        HttpContent.acceptsGzip(request.headers().getAll(HttpHeaderNames.ACCEPT_ENCODING)));
  }

  /**
   * What every exchange works with.
   *
   * @param inbox where messages go
   * @param workers bounded; unpacks and decodes bodies
   * @param memory pays for bodies until they are decoded
   * @param gate tells those for whom there is no room when to come back
   * @param settings limits and times
   */
  public record Parts(
      AgentInbox inbox,
      Executor workers,
      MemoryBudget memory,
      AdmissionGate gate,
      HttpSettings settings) {}

  static FullHttpResponse tooLarge(int limit) {
    return Responses.text(
        HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE, "body above the limit of " + limit + " bytes");
  }

  private static FullHttpResponse notAllowed(String allow) {
    FullHttpResponse response =
        Responses.text(HttpResponseStatus.METHOD_NOT_ALLOWED, "method not allowed here");
    response.headers().set(HttpHeaderNames.ALLOW, allow);
    return response;
  }

  private static FullHttpResponse upgradeRequired() {
    FullHttpResponse response =
        Responses.text(
            HttpResponseStatus.UPGRADE_REQUIRED,
            "OpAMP is spoken here, by WebSocket or by POST of " + HttpContent.PROTOBUF);
    response
        .headers()
        .set(HttpHeaderNames.UPGRADE, "websocket")
        .set(HttpHeaderNames.CONNECTION, "Upgrade")
        .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
    return response;
  }
}
