package io.opamp4j.server.transport.ws;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * What handlers of a WebSocket channel made of what came in.
 *
 * @param frames what they passed on, in hex
 * @param raw the same as bytes
 * @param violations the close codes they asked for
 */
record Outcome(List<String> frames, List<byte[]> raw, List<Integer> violations) {

  /** Feeds the pieces one by one, and then ends the connection. */
  static Outcome of(byte[][] pieces, ChannelHandler... handlers) {
    List<Integer> violations = new ArrayList<>();
    EmbeddedChannel channel = new EmbeddedChannel(handlers);
    channel
        .pipeline()
        .addLast(
            new ChannelInboundHandlerAdapter() {
              @Override
              public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                violations.add(((ProtocolViolation) event).closeCode());
              }
            });
    for (byte[] piece : pieces) {
      channel.writeInbound(Unpooled.wrappedBuffer(piece));
    }
    List<byte[]> frames = new ArrayList<>();
    for (ByteBuf frame = channel.readInbound(); frame != null; frame = channel.readInbound()) {
      frames.add(ByteBufUtil.getBytes(frame));
      frame.release();
    }
    channel.finishAndReleaseAll();
    return new Outcome(frames.stream().map(HexFormat.of()::formatHex).toList(), frames, violations);
  }

  /** Whole messages and control frames in the order of their ends, as opcode:payload. */
  List<String> messages() {
    List<String> messages = new ArrayList<>();
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    int opcode = 0;
    for (byte[] frame : raw) {
      assertThat(frame.length).isLessThanOrEqualTo(FrameGuard.MAX_FRAME);
      assertThat(frame[0] & 0x70).as("RSV bits").isZero();
      int header = (frame[1] & 0xFF) < 126 ? 2 : 4;
      int length = header == 2 ? frame[1] : ((frame[2] & 0xFF) << 8) | (frame[3] & 0xFF);
      assertThat(frame).hasSize(header + length);
      byte[] payload = Arrays.copyOfRange(frame, header, frame.length);
      int code = frame[0] & 0x0F;
      if (code >= 8) {
        messages.add(code + ":" + HexFormat.of().formatHex(payload));
        continue;
      }
      opcode = code == 0 ? opcode : code;
      message.writeBytes(payload);
      if ((frame[0] & 0x80) != 0) {
        messages.add(opcode + ":" + HexFormat.of().formatHex(message.toByteArray()));
        message.reset();
      }
    }
    return messages;
  }
}
