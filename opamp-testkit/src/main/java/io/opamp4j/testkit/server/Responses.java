package io.opamp4j.testkit.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.util.Map;

/** Whole HTTP responses. */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells the pipeline of failed writes.
final class Responses {
  private Responses() {}

  static FullHttpResponse of(int status, Map<String, String> headers, byte[] body) {
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status), Unpooled.wrappedBuffer(body));
    headers.forEach(response.headers()::set);
    HttpUtil.setContentLength(response, body.length);
    return response;
  }

  /** The last word on a connection. */
  static void refuse(Channel channel, int status, Map<String, String> headers) {
    FullHttpResponse response = of(status, headers, new byte[0]);
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    channel.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }
}
