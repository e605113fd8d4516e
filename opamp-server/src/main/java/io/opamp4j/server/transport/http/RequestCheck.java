package io.opamp4j.server.transport.http;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.util.Optional;

/** What holds for every request, whoever works on it. */
final class RequestCheck {
  /** Stands for a request that could not be read. */
  static final HttpRequest UNREADABLE =
      new DefaultHttpRequest(HttpVersion.HTTP_1_0, HttpMethod.GET, "/");

  private RequestCheck() {}

  /** Why the request is refused; empty if it is in order. */
  static Optional<FullHttpResponse> refusalOf(HttpRequest request) {
    if (request.protocolVersion().majorVersion() != 1) {
      return refuse(HttpResponseStatus.HTTP_VERSION_NOT_SUPPORTED, "HTTP/1.1 is spoken here");
    }
    if (request.protocolVersion().minorVersion() > 0
        && request.headers().getAll(HttpHeaderNames.HOST).size() != 1) {
      return refuse(HttpResponseStatus.BAD_REQUEST, "exactly one Host header is needed");
    }
    if (request.headers().contains(HttpHeaderNames.EXPECT)
        && !HttpUtil.is100ContinueExpected(request)) {
      return refuse(HttpResponseStatus.EXPECTATION_FAILED, "only 100-continue can be expected");
    }
    return Optional.empty();
  }

  /** The answer to what the codec could not read. */
  static FullHttpResponse unreadable(HttpObject object) {
    Throwable cause = object.decoderResult().cause();
    if (cause instanceof TooLongHttpLineException) {
      return Responses.text(HttpResponseStatus.REQUEST_URI_TOO_LONG, "request line too long");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return Responses.text(
          HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "header section too large");
    }
    return Responses.text(HttpResponseStatus.BAD_REQUEST, "not an HTTP request");
  }

  private static Optional<FullHttpResponse> refuse(HttpResponseStatus status, String why) {
    return Optional.of(Responses.last(Responses.text(status, why)));
  }
}
