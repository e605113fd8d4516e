package io.opamp4j.server.transport.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection as long as it speaks HTTP: takes one request after the other, so answers leave
 * in the order of the requests however many were pipelined. Reads by demand (the channel's
 * auto-read is off): a head when no request is under way, a piece of body when the exchange asks
 * for it. What one read of the socket brought too much waits here; one read stays open during the
 * answer, so that the end of the peer is noticed.
 *
 * <p>Owned by the channel's event loop; only {@link #expireBy} is called from elsewhere.
 */
public final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);
  private static final byte[] CONTINUE =
      "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final long NEVER = Long.MAX_VALUE;

  private final HttpSettings settings;
  private final Router router;
  private final WebSocketUpgrade webSockets;
  private final ConnectionSweep sweep;

  private @Nullable ChannelHandlerContext context;
  private @Nullable Current current;

  /** Decoded but not yet wanted: at most what one read of the socket brought. */
  private final Queue<Object> decoded = new ArrayDeque<>(4);

  private boolean wanted;
  private boolean pumping;
  private boolean bodyEnded = true;
  private boolean draining;
  private boolean closing;
  private volatile long deadline = NEVER;

  public HttpConnection(
      HttpSettings settings, Router router, WebSocketUpgrade webSockets, ConnectionSweep sweep) {
    this.settings = settings;
    this.router = router;
    this.webSockets = webSockets;
    this.sweep = sweep;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    sweep.remove(this);
    discardDecoded();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    sweep.add(this);
    setDeadline(ctx.channel(), settings.headTimeout());
    read(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (closing) {
      ReferenceCountUtil.release(message);
    } else {
      decoded.add(message);
      pump(ctx);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (wanted && !closing) {
      ctx.read();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Drain.START) {
      draining = true;
      if (current == null) {
        ctx.close();
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    closing = true;
    discardDecoded();
    Current lost = current;
    current = null;
    if (lost != null) {
      lost.exchange().lost();
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException || cause instanceof DecoderException) {
      log.debug("HTTP from {} failed: {}", Addresses.remote(ctx.channel()), cause.toString());
    } else {
      log.warn("HTTP from {} failed", Addresses.remote(ctx.channel()), cause);
    }
    ctx.close();
  }

  /** Called from any thread: has this connection's deadline passed? */
  void expireBy(long now) {
    ChannelHandlerContext ctx = context;
    if (ctx != null && deadline != NEVER && deadline - now <= 0) {
      ctx.executor().execute(() -> expire(ctx));
    }
  }

  private void expire(ChannelHandlerContext ctx) {
    if (deadline == NEVER || deadline - now(ctx.channel()) > 0) {
      return;
    }
    deadline = NEVER;
    if (current == null || closing) {
      ctx.close();
    } else {
      current.exchange().expired();
    }
  }

  private void open(ChannelHandlerContext ctx, HttpRequest request) {
    bodyEnded = false;
    Current opened = new Current(ctx, request);
    current = opened;
    deadline = NEVER;
    Optional<FullHttpResponse> refusal = RequestCheck.refusalOf(request);
    if (refusal.isPresent()) {
      opened.exchange = Responses.only(opened, refusal.get());
    } else if (router.isWebSocket(request)) {
      opened.exchange =
          webSockets
              .refusalOf(request)
              .map(why -> Responses.only(opened, refused(why)))
              .orElseGet(() -> new Upgrade(ctx, request, opened));
    } else {
      opened.exchange = router.open(request, opened);
    }
    opened.exchange().start();
  }

  private void body(HttpContent content) {
    Current receiver = current;
    bodyEnded = content instanceof LastHttpContent;
    if (receiver == null) {
      // The empty end of a request that was answered by its head.
      wanted = true;
      return;
    }
    deadline = NEVER;
    if (content.content().isReadable()) {
      receiver.exchange().body(content.content());
    }
    if (bodyEnded && receiver == current) {
      receiver.exchange().bodyComplete();
    }
  }

  /** Asks for the next message, whether it is decoded already or still to come. */
  private void read(ChannelHandlerContext ctx) {
    wanted = true;
    pump(ctx);
  }

  /** A loop and no recursion: to take a message often leads to asking for the next. */
  private void pump(ChannelHandlerContext ctx) {
    if (pumping) {
      return;
    }
    pumping = true;
    while (wanted && !closing && !decoded.isEmpty()) {
      wanted = false;
      take(ctx, decoded.remove());
    }
    pumping = false;
    if (decoded.isEmpty() && !closing) {
      ctx.read();
    }
  }

  private void take(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
        refuseUnreadable(ctx, object);
      } else if (message instanceof HttpRequest request) {
        open(ctx, request);
      } else if (message instanceof HttpContent content) {
        body(content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void discardDecoded() {
    for (Object message = decoded.poll(); message != null; message = decoded.poll()) {
      ReferenceCountUtil.release(message);
    }
  }

  private void completed(ChannelHandlerContext ctx, Current done, ChannelFuture sent) {
    current = null;
    if (done.keepAlive) {
      setDeadline(ctx.channel(), settings.idleTimeout());
      read(ctx);
      return;
    }
    closing = true;
    discardDecoded();
    setDeadline(ctx.channel(), settings.lingerTimeout());
    if (bodyEnded || !(ctx.channel() instanceof DuplexChannel duplex)) {
      sent.addListener(ChannelFutureListener.CLOSE);
      return;
    }
    // To close with unread input is to reset, which may destroy the answer on its way: end our
    // half, throw away what still comes, and wait for the peer's end until the deadline.
    sent.addListener(flushed -> duplex.shutdownOutput());
    ctx.channel().config().setAutoRead(true);
  }

  private void refuseUnreadable(ChannelHandlerContext ctx, HttpObject object) {
    FullHttpResponse response = RequestCheck.unreadable(object);
    Current answering = current;
    if (answering == null) {
      Current opened = new Current(ctx, RequestCheck.UNREADABLE);
      current = opened;
      bodyEnded = false;
      opened.exchange = Responses.only(opened, response);
      opened.exchange().start();
    } else if (answering.begun) {
      response.release();
      ctx.close();
    } else {
      answering.send(response);
      answering.exchange().lost();
    }
  }

  private static FullHttpResponse refused(WebSocketUpgrade.Refusal why) {
    FullHttpResponse response = Responses.text(why.status(), why.reason());
    why.headers().forEach(response.headers()::set);
    return response;
  }

  private void setDeadline(Channel channel, Duration time) {
    deadline = now(channel) + time.toNanos();
  }

  private static long now(Channel channel) {
    return channel.eventLoop().ticker().nanoTime();
  }

  /** A handshake that is in order; once its (empty) body has come, HTTP is over. */
  private final class Upgrade implements Exchange {
    private final ChannelHandlerContext ctx;
    private final HttpRequest request;
    private final Reply reply;

    Upgrade(ChannelHandlerContext ctx, HttpRequest request, Reply reply) {
      this.ctx = ctx;
      this.request = request;
      this.reply = reply;
    }

    @Override
    public void start() {
      reply.read();
    }

    @Override
    public void bodyComplete() {
      if (!decoded.isEmpty()) {
        // Frames before our 101 were read as HTTP, and are lost.
        ctx.close();
        return;
      }
      current = null;
      closing = true;
      deadline = NEVER;
      webSockets.accept(ctx, request);
      ctx.pipeline().remove(HttpConnection.this);
      ctx.pipeline().remove(HttpServerCodec.class);
      ctx.channel().config().setAutoRead(true);
    }

    @Override
    public void expired() {
      reply.abort();
    }
  }

  /** The request under way and its answer. */
  private final class Current implements Reply {
    private final ChannelHandlerContext ctx;
    private final HttpRequest request;
    private @Nullable Exchange exchange;
    private boolean continueSent;
    private boolean begun;
    private boolean keepAlive;

    Current(ChannelHandlerContext ctx, HttpRequest request) {
      this.ctx = ctx;
      this.request = request;
    }

    Exchange exchange() {
      if (exchange == null) {
        throw new IllegalStateException("the exchange has not begun");
      }
      return exchange;
    }

    private boolean over() {
      return current != this;
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
      if (over() || bodyEnded) {
        return;
      }
      if (!continueSent && HttpUtil.is100ContinueExpected(request)) {
        // Past the encoder, which would take this for the answer to the request.
        ctx.pipeline()
            .context(HttpServerCodec.class)
            .writeAndFlush(Unpooled.wrappedBuffer(CONTINUE));
      }
      continueSent = true;
      within(settings.bodyTimeout());
      HttpConnection.this.read(ctx);
    }

    @Override
    public void within(Duration time) {
      if (!over()) {
        setDeadline(ctx.channel(), time);
      }
    }

    @Override
    public void send(FullHttpResponse response) {
      if (over() || begun) {
        response.release();
        return;
      }
      int length = response.content().readableBytes();
      if (response.status() != HttpResponseStatus.NOT_MODIFIED) {
        response.headers().set(HttpHeaderNames.CONTENT_LENGTH, length);
      }
      decideKeepAlive(response);
      completed(ctx, this, ctx.writeAndFlush(response));
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
        completed(ctx, this, ctx.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
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
      boolean nothingToCome = bodyEnded || HttpConnection.hasNoBody(request);
      keepAlive =
          nothingToCome
              && !draining
              && HttpUtil.isKeepAlive(request)
              && !response.headers().containsValue(HttpHeaderNames.CONNECTION, "close", true);
      response.setProtocolVersion(HttpVersion.HTTP_1_1);
      if (!keepAlive) {
        response.headers().set(HttpHeaderNames.CONNECTION, "close");
      } else if (!request.protocolVersion().isKeepAliveDefault()) {
        response.headers().set(HttpHeaderNames.CONNECTION, "keep-alive");
      }
    }
  }

  private static boolean hasNoBody(HttpRequest request) {
    return !HttpUtil.isTransferEncodingChunked(request)
        && HttpUtil.getContentLength(request, 0L) == 0;
  }
}
