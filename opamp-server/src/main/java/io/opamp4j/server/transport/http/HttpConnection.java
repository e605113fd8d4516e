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
import io.opamp4j.server.agents.AdmissionGate;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One TCP connection as long as it speaks HTTP: takes one request after the other, so answers leave
 * in the order of the requests however many were pipelined. Reads by demand (the channel's
 * auto-read is off): a head when no request is under way, a piece of body when the exchange asks
 * for it.
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
  private final AdmissionGate.Seat seat;
  private final ReadByDemand reads = new ReadByDemand(this::take);

  private @Nullable ChannelHandlerContext context;
  private @Nullable RequestReply current;

  private boolean bodyEnded = true;
  private boolean draining;
  private volatile long deadline = NEVER;

  /**
   * @param seat this connection's; whoever made it leaves it
   */
  public HttpConnection(
      HttpSettings settings,
      Router router,
      WebSocketUpgrade webSockets,
      ConnectionSweep sweep,
      AdmissionGate.Seat seat) {
    this.settings = settings;
    this.router = router;
    this.webSockets = webSockets;
    this.sweep = sweep;
    this.seat = seat;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    sweep.remove(this);
    reads.end();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    sweep.add(this);
    setDeadline(ctx.channel(), settings.headTimeout());
    reads.want(ctx);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reads.add(ctx, message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reads.readComplete(ctx);
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
    reads.end();
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
    if (current == null) {
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
      opened.assign(upgrade(ctx, request, opened));
    } else {
      opened.assign(router.open(request, opened, seat));
    }
    opened.exchange().start();
  }

  /** Only a handshake that is in order counts against the rate of new connections. */
  private Exchange upgrade(ChannelHandlerContext ctx, HttpRequest request, Reply reply) {
    return webSockets
        .refusalOf(request)
        .map(Responses::refusal)
        .or(() -> seat.connect().map(Responses::refused))
        .map(refusal -> Responses.only(reply, refusal))
        .orElseGet(() -> new UpgradeExchange(this, ctx, request, reply));
  }

  private void body(ChannelHandlerContext ctx, HttpContent content) {
    RequestReply receiver = current;
    bodyEnded = content instanceof LastHttpContent;
    if (receiver == null) {
      // The empty end of a request that was answered by its head.
      reads.want(ctx);
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

  private void take(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
      refuseUnreadable(ctx, object);
    } else if (message instanceof HttpRequest request) {
      open(ctx, request);
    } else if (message instanceof HttpContent content) {
      body(ctx, content);
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
    reads.want(ctx);
  }

  /** The answer is on its way. */
  void completed(ChannelHandlerContext ctx, boolean keepAlive, ChannelFuture sent) {
    current = null;
    if (keepAlive) {
      setDeadline(ctx.channel(), settings.idleTimeout());
      reads.want(ctx);
      return;
    }
    reads.end();
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
    if (!reads.isEmpty()) {
      // Frames before our 101 were read as HTTP, and are lost.
      ctx.close();
      return;
    }
    current = null;
    deadline = NEVER;
    webSockets.accept(ctx, request);
    ctx.pipeline().remove(this);
    ctx.pipeline().remove(HttpServerCodec.class);
    ctx.channel().config().setAutoRead(true);
  }
}
