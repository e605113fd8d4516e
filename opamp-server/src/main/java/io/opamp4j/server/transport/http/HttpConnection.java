package io.opamp4j.server.transport.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
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
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells the pipeline of failed writes; a close cannot fail.
public final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);
  private static final long NEVER = Long.MAX_VALUE;

  private final HttpSettings settings;
  private final Router router;
  private final WebSocketUpgrade webSockets;
  private final ConnectionSweep sweep;

  private @Nullable ChannelHandlerContext context;
  private @Nullable RequestReply current;

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
    RequestReply lost = current;
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
    RequestReply opened = new RequestReply(this, ctx, request);
    current = opened;
    deadline = NEVER;
    Optional<FullHttpResponse> refusal = RequestCheck.refusalOf(request);
    if (refusal.isPresent()) {
      opened.assign(Responses.only(opened, refusal.get()));
    } else if (router.isWebSocket(request)) {
      opened.assign(
          webSockets
              .refusalOf(request)
              .map(why -> Responses.only(opened, Responses.refusal(why)))
              .orElseGet(() -> new UpgradeExchange(this, ctx, request, opened)));
    } else {
      opened.assign(router.open(request, opened));
    }
    opened.exchange().start();
  }

  private void body(HttpContent content) {
    RequestReply receiver = current;
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

  private void refuseUnreadable(ChannelHandlerContext ctx, HttpObject object) {
    FullHttpResponse response = RequestCheck.unreadable(object);
    RequestReply answering = current;
    if (answering == null) {
      RequestReply opened = new RequestReply(this, ctx, RequestCheck.UNREADABLE);
      current = opened;
      bodyEnded = false;
      opened.assign(Responses.only(opened, response));
      opened.exchange().start();
    } else if (answering.hasBegun()) {
      response.release();
      ctx.close();
    } else {
      answering.send(response);
      answering.exchange().lost();
    }
  }

  private void setDeadline(Channel channel, Duration time) {
    deadline = now(channel) + time.toNanos();
  }

  private static long now(Channel channel) {
    return channel.eventLoop().ticker().nanoTime();
  }

  // What the answer of the current request asks of its connection.

  boolean isCurrent(RequestReply reply) {
    return current == reply;
  }

  boolean bodyEnded() {
    return bodyEnded;
  }

  boolean draining() {
    return draining;
  }

  void within(ChannelHandlerContext ctx, Duration time) {
    setDeadline(ctx.channel(), time);
  }

  void readBody(ChannelHandlerContext ctx) {
    setDeadline(ctx.channel(), settings.bodyTimeout());
    read(ctx);
  }

  /** The answer is on its way. */
  void completed(ChannelHandlerContext ctx, boolean keepAlive, ChannelFuture sent) {
    current = null;
    if (keepAlive) {
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

  /** The whole handshake has been read; HTTP is over. */
  void becomeWebSocket(ChannelHandlerContext ctx, HttpRequest request) {
    if (!decoded.isEmpty()) {
      // Frames before our 101 were read as HTTP, and are lost.
      ctx.close();
      return;
    }
    current = null;
    closing = true;
    deadline = NEVER;
    webSockets.accept(ctx, request);
    ctx.pipeline().remove(this);
    ctx.pipeline().remove(HttpServerCodec.class);
    ctx.channel().config().setAutoRead(true);
  }
}
