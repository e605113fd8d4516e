package io.opamp4j.server.transport.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Arrays;

/**
 * Bytes on a WebSocket, through guard and inflater as in the server: whole small frames come out
 * and never more of a message than the limit, at most one violation, and nothing is held at the
 * end.
 */
class FramesInFuzz {
  private static final int LIMIT = 16 * 1024;

  /** The first byte says how large the pieces are in which the others arrive, and if unmasked. */
  @FuzzTest
  void read(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    int step = 1 + (bytes[0] & 0x7F) * 8;
    byte[] stream = bytes[0] < 0 ? framed(bytes) : bytes;
    Zips zips = new Zips(1);
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
    Sink sink = new Sink();
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.config().setAllocator(allocator);
    channel.pipeline().addLast(new FrameGuard(LIMIT, true), new FrameInflater(LIMIT, zips), sink);

    for (int from = 1; from < stream.length; from += step) {
      int to = Math.min(stream.length, from + step);
      channel.writeInbound(Unpooled.wrappedBuffer(Arrays.copyOfRange(stream, from, to)));
    }
    channel.finishAndReleaseAll();

    assertThat(sink.violations).isLessThanOrEqualTo(2);
    assertThat(zips.inUse()).isZero();
    assertThat(allocator.metric().usedHeapMemory()).isZero();
  }

  /** One compressed message with a mask of zeros, so that the fuzzer meets the inflater at once. */
  private static byte[] framed(byte[] bytes) {
    int length = Math.min(bytes.length - 1, 0xFFFF);
    byte[] frame = new byte[9 + length];
    frame[1] = (byte) 0xC2;
    frame[2] = (byte) (length < 126 ? 0x80 | length : 0xFE);
    if (length < 126) {
      System.arraycopy(bytes, 1, frame, 7, length);
      return Arrays.copyOf(frame, 7 + length);
    }
    frame[3] = (byte) (length >>> 8);
    frame[4] = (byte) length;
    System.arraycopy(bytes, 1, frame, 9, length);
    return frame;
  }

  private static final class Sink extends ChannelInboundHandlerAdapter {
    private long message;
    private boolean open;
    private int violations;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object received) {
      ByteBuf frame = (ByteBuf) received;
      try {
        assertThat(violations).as("a frame after a violation").isZero();
        check(frame);
      } finally {
        frame.release();
      }
    }

    private void check(ByteBuf frame) {
      int first = frame.readUnsignedByte();
      int code = frame.readUnsignedByte();
      int length = code < 126 ? code : frame.readUnsignedShort();
      assertThat(frame.readableBytes()).isEqualTo(length).isLessThan(FrameGuard.MAX_FRAME);
      assertThat(first & 0x70).isZero();
      int opcode = first & 0x0F;
      if (opcode >= 8) {
        assertThat(first & 0x80).isNotZero();
        assertThat(length).isLessThan(126);
        return;
      }
      assertThat(opcode == 0).isEqualTo(open);
      message = (open ? message : 0) + length;
      assertThat(message).isLessThanOrEqualTo(LIMIT);
      open = (first & 0x80) == 0;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      assertThat(event).isInstanceOf(ProtocolViolation.class);
      violations++;
    }
  }
}
