package io.opamp4j.server.transport.ws;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.opamp4j.core.wire.CloseCode;
import io.opamp4j.server.transport.http.Drain;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.glassfish.tyrus.spi.CompletionHandler;
import org.glassfish.tyrus.spi.Connection;
import org.glassfish.tyrus.spi.WebSocketEngine.UpgradeInfo;
import org.glassfish.tyrus.spi.Writer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last handler of a WebSocket channel: frames from {@link FrameGuard} go into Tyrus' engine,
 * what Tyrus writes goes into the channel. It also does what Tyrus leaves to its container: ending
 * TCP after the closing handshake (CLOSE-03), noticing a peer that does not read, and flushing once
 * per batch. Owned by the channel's event loop.
 */
@SuppressWarnings(
    "FutureReturnValueIgnored") // Netty tells the pipeline of failed writes; a close cannot fail.
final class TyrusBridge extends ChannelInboundHandlerAdapter implements Wire {
  private static final Logger log = LoggerFactory.getLogger(TyrusBridge.class);

  /** Large writes are cut, so that a slow peer can be told from one that stands still. */
  private static final int SLICE = 64 * 1024;

  private final String id;
  private final String remoteAddress;
  private final Channel channel;
  private final WebSocketSettings settings;

  private @Nullable FrameDeflater deflater;
  private @Nullable UpgradeInfo upgrade;
  private @Nullable Connection tyrus;
  private @Nullable Listener listener;
  private @Nullable Future<?> stallCheck;
  private @Nullable Future<?> closeTimer;
  private boolean reading;
  private boolean peerClosed;
  private boolean broken;
  private boolean finished;

  TyrusBridge(String id, String remoteAddress, Channel channel, WebSocketSettings settings) {
    this.id = id;
    this.remoteAddress = remoteAddress;
    this.channel = channel;
    this.settings = settings;
  }

  /** Tyrus has agreed to the handshake. Called before this handler is added. */
  void upgraded(UpgradeInfo upgrade) {
    this.upgrade = upgrade;
  }

  /** What is written may be compressed. Called before this handler is added. */
  void compressWith(FrameDeflater deflater) {
    this.deflater = deflater;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    // Tyrus does not look at the listener: it ends a connection by closing the writer.
    tyrus = requireNonNull(upgrade, "upgrade").createConnection(new ChannelWriter(), reason -> {});
    upgrade = null;
    channel.flush();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf frame = (ByteBuf) message;
    try {
      boolean close = (frame.getByte(frame.readerIndex()) & 0x0F) == FrameGuard.CLOSE;
      peerClosed |= close;
      if (!finished && tyrus != null) {
        reading = true;
        tyrus.getReadHandler().handle(frame.nioBuffer());
      } else if (close) {
        channel.close();
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    channel.flush();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ProtocolViolation violation) {
      log.debug("{} from {}: {}", id, remoteAddress, violation.reason());
      broken = true;
      fail(violation.closeCode(), violation.reason());
    } else if (event == Drain.START) {
      fail(CloseCode.GOING_AWAY, "the server is shutting down");
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (!channel.isWritable()) {
      watchStall(channel.bytesBeforeWritable());
      return;
    }
    cancel(stallCheck);
    stallCheck = null;
    if (listener != null) {
      listener.becameWritable();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    cancel(stallCheck);
    cancel(closeTimer);
    if (!finished && tyrus != null) {
      finished = true;
      tyrus.close(new CloseReason(CloseCodes.CLOSED_ABNORMALLY, "connection lost"));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      log.debug("{} from {} failed: {}", id, remoteAddress, cause.toString());
    } else {
      log.warn("{} from {} failed", id, remoteAddress, cause);
    }
    ctx.close();
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public String remoteAddress() {
    return remoteAddress;
  }

  @Override
  public void execute(Runnable task) {
    if (channel.eventLoop().inEventLoop()) {
      task.run();
    } else {
      channel.eventLoop().execute(task);
    }
  }

  @Override
  public boolean writable() {
    return channel.isWritable();
  }

  @Override
  public boolean takesFrames() {
    return deflater == null;
  }

  @Override
  public void write(ByteBuf frames) {
    if (channel.isActive()) {
      writeInSlices(frames);
    } else {
      frames.release();
    }
  }

  private void writeInSlices(ByteBuf bytes) {
    while (bytes.readableBytes() > SLICE) {
      channel.write(bytes.readRetainedSlice(SLICE), channel.voidPromise());
    }
    channel.write(bytes, channel.voidPromise());
  }

  @Override
  public void flush() {
    if (!reading) {
      channel.flush();
    }
  }

  @Override
  public void attach(Listener listener) {
    this.listener = listener;
  }

  private void fail(int code, String reason) {
    if (listener != null && !finished) {
      listener.close(code, reason);
    } else if (broken) {
      // The Close frame of the peer, for which we waited, cannot be found any more.
      channel.close();
    }
  }

  /** A peer that reads nothing at all until the next look is closed. */
  private void watchStall(long waiting) {
    cancel(stallCheck);
    stallCheck =
        channel
            .eventLoop()
            .schedule(
                () -> {
                  long now = channel.bytesBeforeWritable();
                  if (now < waiting) {
                    watchStall(now);
                  } else {
                    log.warn("{} from {} does not read; {} bytes wait", id, remoteAddress, now);
                    fail(CloseCode.TRY_AGAIN_LATER, "the peer does not read what is sent to it");
                  }
                },
                settings.stallTimeout().toMillis(),
                TimeUnit.MILLISECONDS);
  }

  /**
   * Tyrus has sent its Close frame and is through. RFC 6455 wants the server to close TCP first,
   * but not before the peer's Close frame came. After a violation that frame cannot be found any
   * more: then only our half is closed, because a full close with unread input would be a reset,
   * which may destroy our Close frame on its way.
   */
  private void tyrusIsThrough() {
    if (finished) {
      return;
    }
    finished = true;
    ChannelFuture sent = channel.writeAndFlush(Unpooled.EMPTY_BUFFER);
    if (peerClosed) {
      sent.addListener(ChannelFutureListener.CLOSE);
    } else if (broken && channel instanceof DuplexChannel duplex) {
      sent.addListener(done -> duplex.shutdownOutput());
    }
    closeTimer =
        channel
            .eventLoop()
            .schedule(
                () -> channel.close(), settings.closeTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  private static void cancel(@Nullable Future<?> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  /** Where Tyrus writes its frames. Completes at once: waiting bytes are the channel's to count. */
  private final class ChannelWriter extends Writer {
    @Override
    public void write(ByteBuffer frame, CompletionHandler<ByteBuffer> handler) {
      if (!channel.isActive()) {
        handler.completed(frame);
        return;
      }
      ByteBuf bytes =
          deflater == null
              ? Unpooled.wrappedBuffer(frame)
              : deflater.deflate(channel.alloc(), frame);
      writeInSlices(bytes);
      handler.completed(frame);
    }

    @Override
    public void close() {
      tyrusIsThrough();
    }
  }
}
