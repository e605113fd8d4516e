package io.opamp4j.server.transport.ws;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.opamp4j.core.wire.CloseCode;
import org.jspecify.annotations.Nullable;

/**
 * Reads WebSocket frames before Tyrus sees them. It refuses what RFC 6455 forbids, counts a message
 * over all its fragments against the limit before any of it is buffered (LIM-04, LIM-06), removes
 * the mask eight bytes at a time, and passes on unmasked frames of at most {@value #MAX_FRAME}
 * bytes, so that Tyrus' buffer per connection never grows. A data frame is passed on piece by
 * piece, as its bytes arrive; a control frame is passed on whole.
 *
 * <p>Holds no bytes between reads but those of an unfinished control frame (at most 127). Owned by
 * the channel's event loop. The only RSV bit with a meaning is that of permessage-deflate, where it
 * was negotiated: the first frame of a compressed message has it, and passes it on.
 */
final class FrameGuard extends ChannelInboundHandlerAdapter {
  /** The largest frame passed on, header included. */
  static final int MAX_FRAME = 4096;

  static final int CLOSE = 0x8;

  /** In the first byte of a frame: the message is compressed (RFC 7692, 7.2.1). */
  static final int RSV1 = 0x40;

  static final int FIN = 0x80;
  private static final int RSV = 0x70;
  static final int OPCODE = 0x0F;
  static final int CONTROL = 0x08;
  private static final int MASKED = 0x80;
  private static final int MAX_HEADER_OUT = 4;
  private static final int MAX_PIECE = MAX_FRAME - MAX_HEADER_OUT;
  private static final int MAX_CONTROL_PAYLOAD = 125;

  private final int maxMessageSize;
  private final boolean compression;

  // The frame being read. headerRead counts its header's bytes; headerSize is known after two.
  private int headerRead;
  private int headerSize;
  private int firstByte;
  private int lengthCode;
  private long length;
  private int mask;
  private long payloadRead;
  private @Nullable ByteBuf control;

  // The message being read, over its fragments.
  private boolean inMessage;
  private long messageSize;

  /** After a Close frame or a violation nothing more is read. */
  private boolean done;

  /**
   * @param maxMessageSize bytes as they come over the wire
   * @param compression whether permessage-deflate was negotiated
   */
  FrameGuard(int maxMessageSize, boolean compression) {
    this.maxMessageSize = maxMessageSize;
    this.compression = compression;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (message instanceof ByteBuf bytes) {
        read(ctx, bytes);
      } else {
        fail(ctx, CloseCode.PROTOCOL_ERROR, "data before the end of the handshake");
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    done = true;
    if (control != null) {
      control.release();
      control = null;
    }
  }

  private void read(ChannelHandlerContext ctx, ByteBuf in) {
    while (!done && in.isReadable()) {
      if (headerRead < 2 || headerRead < headerSize) {
        readHeaderByte(ctx, in.readUnsignedByte());
      } else if (control != null) {
        readControl(ctx, control, in);
      } else {
        readPiece(ctx, in);
      }
    }
  }

  private void readHeaderByte(ChannelHandlerContext ctx, int value) {
    int index = headerRead++;
    if (index == 0) {
      firstByte = value;
      checkFirstByte(ctx);
    } else if (index == 1) {
      lengthCode = value & ~MASKED;
      headerSize = 2 + (lengthCode == 127 ? 8 : lengthCode == 126 ? 2 : 0) + 4;
      length = lengthCode < 126 ? lengthCode : 0;
      mask = 0;
      checkSecondByte(ctx, value);
    } else if (index < headerSize - 4) {
      length = length << 8 | value;
    } else {
      mask = mask << 8 | value;
    }
    if (!done && headerRead > 1 && headerRead == headerSize) {
      headerComplete(ctx);
    }
  }

  private void checkFirstByte(ChannelHandlerContext ctx) {
    int opcode = firstByte & OPCODE;
    boolean startsData = opcode != 0 && !isControl();
    if ((firstByte & RSV & (compression && startsData ? ~RSV1 : ~0)) != 0) {
      fail(ctx, CloseCode.PROTOCOL_ERROR, "RSV bit set that means nothing here");
    } else if (isControl()) {
      if (opcode > 0xA) {
        fail(ctx, CloseCode.PROTOCOL_ERROR, "reserved opcode " + opcode);
      } else if ((firstByte & FIN) == 0) {
        fail(ctx, CloseCode.PROTOCOL_ERROR, "fragmented control frame");
      }
    } else if (opcode > 0x2) {
      fail(ctx, CloseCode.PROTOCOL_ERROR, "reserved opcode " + opcode);
    } else if (opcode == 0 && !inMessage) {
      fail(ctx, CloseCode.PROTOCOL_ERROR, "continuation of no message");
    } else if (opcode != 0 && inMessage) {
      fail(ctx, CloseCode.PROTOCOL_ERROR, "new message inside a fragmented one");
    }
  }

  private void checkSecondByte(ChannelHandlerContext ctx, int value) {
    if ((value & MASKED) == 0) {
      fail(ctx, CloseCode.PROTOCOL_ERROR, "frame without mask");
    } else if (isControl() && lengthCode > MAX_CONTROL_PAYLOAD) {
      fail(ctx, CloseCode.PROTOCOL_ERROR, "control frame above 125 bytes");
    }
  }

  private void headerComplete(ChannelHandlerContext ctx) {
    // RFC 6455, 5.2: the shortest form is mandatory and the top bit of the longest must be 0.
    if (length < 0
        || (lengthCode == 126 && length < 126)
        || (lengthCode == 127 && length < 0x1_0000)) {
      fail(ctx, CloseCode.PROTOCOL_ERROR, "badly encoded frame length");
      return;
    }
    payloadRead = 0;
    if (isControl()) {
      control = header(ctx, firstByte, (int) length);
      if (length == 0) {
        readControl(ctx, control, Unpooled.EMPTY_BUFFER);
      }
      return;
    }
    if (length > maxMessageSize - messageSize) {
      fail(ctx, CloseCode.TOO_BIG, "message above the limit of " + maxMessageSize + " bytes");
      return;
    }
    messageSize += length;
    inMessage = true;
    if (length == 0) {
      readPiece(ctx, Unpooled.EMPTY_BUFFER);
    }
  }

  private void readControl(ChannelHandlerContext ctx, ByteBuf frame, ByteBuf in) {
    int size = (int) Math.min(length - payloadRead, in.readableBytes());
    unmask(in, frame, size);
    if (payloadRead == length) {
      control = null;
      done = (firstByte & OPCODE) == CLOSE;
      headerRead = 0;
      ctx.fireChannelRead(frame);
    }
  }

  private void readPiece(ChannelHandlerContext ctx, ByteBuf in) {
    boolean first = payloadRead == 0;
    int size = (int) Math.min(Math.min(length - payloadRead, in.readableBytes()), MAX_PIECE);
    boolean last = payloadRead + size == length;
    // Later pieces of one frame are continuations; only the last of a final frame is final.
    int opcode = first ? firstByte & (RSV1 | OPCODE) : 0;
    ByteBuf frame = header(ctx, opcode | (last ? firstByte & FIN : 0), size);
    unmask(in, frame, size);
    if (last) {
      headerRead = 0;
      if ((firstByte & FIN) != 0) {
        inMessage = false;
        messageSize = 0;
      }
    }
    ctx.fireChannelRead(frame);
  }

  private static ByteBuf header(ChannelHandlerContext ctx, int firstByte, int size) {
    ByteBuf frame = ctx.alloc().heapBuffer(MAX_HEADER_OUT + size);
    frame.writeByte(firstByte);
    if (size < 126) {
      frame.writeByte(size);
    } else {
      frame.writeByte(126).writeShort(size);
    }
    return frame;
  }

  private void unmask(ByteBuf in, ByteBuf out, int size) {
    int turned = Integer.rotateLeft(mask, 8 * (int) (payloadRead & 3));
    long wide = (long) turned << 32 | (turned & 0xFFFF_FFFFL);
    int left = size;
    for (; left >= Long.BYTES; left -= Long.BYTES) {
      out.writeLong(in.readLong() ^ wide);
    }
    for (int shift = 24; left > 0; left--, shift = (shift - 8) & 31) {
      out.writeByte(in.readByte() ^ (turned >>> shift));
    }
    payloadRead += size;
  }

  private boolean isControl() {
    return (firstByte & CONTROL) != 0;
  }

  private void fail(ChannelHandlerContext ctx, int closeCode, String reason) {
    done = true;
    ctx.fireUserEventTriggered(new ProtocolViolation(closeCode, reason));
  }
}
