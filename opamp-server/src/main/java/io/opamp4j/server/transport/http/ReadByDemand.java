package io.opamp4j.server.transport.http;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Takes what a channel without auto-read decodes one message at a time, each when it is wanted.
 * What one read of the socket brought too much waits here; one read stays open in the meantime, so
 * that the end of the peer is noticed. Owned by the channel's event loop.
 */
final class ReadByDemand {
  private final Taker taker;

  /** Decoded but not yet wanted: at most what one read of the socket brought. */
  private final Queue<Object> decoded = new ArrayDeque<>(4);

  private boolean wanted;
  private boolean pumping;
  private boolean ended;

  ReadByDemand(Taker taker) {
    this.taker = taker;
  }

  /** Asks for the next message, whether it is decoded already or still to come. */
  void want(ChannelHandlerContext ctx) {
    wanted = true;
    pump(ctx);
  }

  /** A message was decoded. */
  void add(ChannelHandlerContext ctx, Object message) {
    if (ended) {
      ReferenceCountUtil.release(message);
    } else {
      decoded.add(message);
      pump(ctx);
    }
  }

  /** A read of the socket is over. */
  void readComplete(ChannelHandlerContext ctx) {
    if (wanted && !ended) {
      ctx.read();
    }
  }

  /** Whether nothing is decoded that was not yet wanted. */
  boolean isEmpty() {
    return decoded.isEmpty();
  }

  /** Nothing is taken any more; what waits or still comes is thrown away. */
  void end() {
    ended = true;
    for (Object message = decoded.poll(); message != null; message = decoded.poll()) {
      ReferenceCountUtil.release(message);
    }
  }

  /** A loop and no recursion: to take a message often leads to asking for the next. */
  private void pump(ChannelHandlerContext ctx) {
    if (pumping) {
      return;
    }
    pumping = true;
    while (wanted && !decoded.isEmpty()) {
      wanted = false;
      Object message = decoded.remove();
      try {
        taker.take(ctx, message);
      } finally {
        ReferenceCountUtil.release(message);
      }
    }
    pumping = false;
    if (decoded.isEmpty() && !ended) {
      ctx.read();
    }
  }

  /** What is done with a message that was wanted; it is released afterwards. */
  @FunctionalInterface
  interface Taker {
    void take(ChannelHandlerContext ctx, Object message);
  }
}
