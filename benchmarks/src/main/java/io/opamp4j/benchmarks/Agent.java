package io.opamp4j.benchmarks;

import static java.util.Objects.requireNonNull;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One peer. It takes each read as what the server sends it: the answer to the handshake, then one
 * small frame per message sent, which the loopback interface delivers whole.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty tells the pipeline of failed writes.
final class Agent extends ChannelInboundHandlerAdapter {
  private static final byte[] HANDSHAKE =
      """
      GET /v1/opamp HTTP/1.1\r
      Host: localhost\r
      Upgrade: websocket\r
      Connection: Upgrade\r
      Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
      Sec-WebSocket-Version: 13\r
      \r
      """
          .getBytes(StandardCharsets.US_ASCII);

  private final LongAdder answers;
  private final AtomicBoolean going;
  private final Runnable opened;
  private @Nullable ChannelHandlerContext context;
  private byte[] frame = {};
  private boolean open;

  Agent(LongAdder answers, AtomicBoolean going, Runnable opened) {
    this.answers = answers;
    this.going = going;
    this.opened = opened;
  }

  void send(byte[] bytes) {
    ChannelHandlerContext ctx = requireNonNull(context, "not connected");
    ctx.executor()
        .execute(
            () -> {
              frame = bytes;
              ctx.writeAndFlush(Unpooled.wrappedBuffer(bytes), ctx.voidPromise());
            });
  }

  void close() {
    requireNonNull(context, "not connected").close();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    ctx.writeAndFlush(Unpooled.wrappedBuffer(HANDSHAKE), ctx.voidPromise());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    boolean good = open ? bytes.getUnsignedByte(0) == 0x82 : bytes.getByte(9) == '1';
    bytes.release();
    if (!good) {
      throw new IllegalStateException("the server answered something else");
    }
    if (!open) {
      open = true;
      opened.run();
      return;
    }
    answers.increment();
    if (going.get()) {
      ctx.writeAndFlush(Unpooled.wrappedBuffer(frame), ctx.voidPromise());
    }
  }
}
