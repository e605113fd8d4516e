package io.opamp4j.server.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The request under way and its answer. Owned by the event loop of its connection. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells the pipeline of failed writes; a close cannot fail.
final class RequestReply implements Reply {
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final HttpConnection connection;
  private final ChannelHandlerContext ctx;
  private final HttpRequest request;
  private @Nullable Exchange exchange;
  private boolean continueSent;
  private boolean begun;
  private boolean keepAlive;

  RequestReply(HttpConnection connection, ChannelHandlerContext ctx, HttpRequest request) {
    this.connection = connection;
    this.ctx = ctx;
    this.request = request;
  }

  Exchange exchange() {
    if (exchange == null) {
      throw new IllegalStateException("the exchange has not begun");
    }
    return exchange;
  }

  void assign(Exchange exchange) {
    this.exchange = exchange;
  }

  /** Whether the head of a streamed answer has gone out. */
  boolean hasBegun() {
    return begun;
  }

  private boolean over() {
    return !connection.isCurrent(this);
  }

  @Override
  public Executor loop() {
    return ctx.executor();
  }

  @Override
  public String remoteAddress() {
    return Addresses.remote(ctx.channel());
  }

  @Override
  public Future<?> after(Duration delay, Runnable task) {
    return ctx.executor().schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void read() {
    if (over() || connection.bodyEnded()) {
      return;
    }
    if (!continueSent && HttpUtil.is100ContinueExpected(request)) {
      // Past the encoder, which would take this for the answer to the request.
      ctx.pipeline().context(HttpServerCodec.class).writeAndFlush(Unpooled.wrappedBuffer(CONTINUE));
    }
    continueSent = true;
    connection.readBody(ctx);
  }

  @Override
  public void within(Duration time) {
    if (!over()) {
      connection.within(ctx, time);
    }
  }

  @Override
  public void send(FullHttpResponse response) {
    if (over() || begun) {
      response.release();
      return;
    }
    int length = response.content().readableBytes();
    if (!response.status().equals(HttpResponseStatus.NOT_MODIFIED)) {
      response.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
    }
    decideKeepAlive(response);
    connection.completed(ctx, keepAlive, ctx.writeAndFlush(response));
  }

  @Override
  public void begin(HttpResponse head) {
    if (over() || begun) {
      return;
    }
    begun = true;
    boolean old = !request.protocolVersion().isKeepAliveDefault();
    if (!HttpUtil.isContentLengthSet(head) && !old) {
      HttpUtil.setTransferEncodingChunked(head, true);
    }
    decideKeepAlive(head);
    if (old && !HttpUtil.isContentLengthSet(head)) {
      // HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
      keepAlive = false;
      head.headers().remove(HttpHeaderNames.CONNECTION);
    }
    ctx.writeAndFlush(head, ctx.voidPromise());
  }

  @Override
  public ChannelFuture write(ByteBuf piece) {
    if (over() || !begun) {
      piece.release();
      return ctx.newFailedFuture(new IOException("the connection has ended"));
    }
    return ctx.writeAndFlush(new DefaultHttpContent(piece));
  }

  @Override
  public void end() {
    if (!over() && begun) {
      connection.completed(ctx, keepAlive, ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
    }
  }

  @Override
  public void abort() {
    if (!over()) {
      ctx.close();
    }
  }

  /** A connection is kept only if nothing of this request is still to come. */
  private void decideKeepAlive(HttpResponse response) {
    boolean nothingToCome = connection.bodyEnded() || hasNoBody(request);
    keepAlive =
        nothingToCome
            && !connection.draining()
            && HttpUtil.isKeepAlive(request)
            && !response.headers().containsValue(HttpHeaderNames.CONNECTION, "close", true);
    response.setProtocolVersion(HttpVersion.HTTP_1_1);
    if (!keepAlive) {
      response.headers().set(HttpHeaderNames.CONNECTION, "close");
    } else if (!request.protocolVersion().isKeepAliveDefault()) {
      response.headers().set(HttpHeaderNames.CONNECTION, "keep-alive");
    }
  }

  private static boolean hasNoBody(HttpRequest request) {
    return !HttpUtil.isTransferEncodingChunked(request)
        && HttpUtil.getContentLength(request, 0L) == 0;
  }
}
