package io.opamp4j.server.transport.ws;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.opamp4j.core.wire.CloseCode;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Stands behind {@link FrameGuard} where permessage-deflate was negotiated (RFC 7692): compressed
 * messages go on as plain frames of at most {@value FrameGuard#MAX_FRAME} bytes, everything else as
 * it came. The guard has counted the bytes of the wire; here it is the inflated ones that are
 * counted, and nothing beyond the limit is passed on (LIM-04, E-14).
 *
 * <p>Holds an inflater and one unfinished frame while a compressed message is on its way, otherwise
 * nothing. Owned by the channel's event loop.
 */
final class FrameInflater extends ChannelInboundHandlerAdapter {
  private static final int HEADER = 4;

  /**
   * The end of the data that the peer left out (RFC 7692, 7.2.2), and an empty final block: only if
   * that is reached and is the last was the message whole.
   */
  private static final byte[] END = {0, 0, (byte) 0xFF, (byte) 0xFF, 3, 0};

  private final int maxMessageSize;
  private final Zips zips;

  // The compressed message being read, if any.
  private @Nullable Inflater inflater;
  private @Nullable ByteBuf out;
  private int opcode;
  private long size;

  /** After a Close frame or a violation nothing more is inflated. */
  private boolean done;

  FrameInflater(int maxMessageSize, Zips zips) {
    this.maxMessageSize = maxMessageSize;
    this.zips = zips;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf frame = (ByteBuf) message;
    int first = frame.getUnsignedByte(frame.readerIndex());
    boolean control = (first & FrameGuard.CONTROL) != 0;
    if (!done && (control || (inflater == null && (first & FrameGuard.RSV1) == 0))) {
      if ((first & FrameGuard.OPCODE) == FrameGuard.CLOSE) {
        end();
      }
      ctx.fireChannelRead(frame);
      return;
    }
    try {
      if (!done) {
        compressed(ctx, first, frame);
      }
    } finally {
      frame.release();
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    end();
  }

  private void compressed(ChannelHandlerContext ctx, int first, ByteBuf frame) {
    if (inflater == null) {
      inflater = zips.inflater();
      opcode = first & FrameGuard.OPCODE;
      size = 0;
    }
    Inflater own = inflater;
    if (own == null) {
      fail(ctx, CloseCode.TRY_AGAIN_LATER, "too many compressed messages at once");
      return;
    }
    frame.skipBytes(frame.getUnsignedByte(frame.readerIndex() + 1) < 126 ? 2 : 4);
    try {
      inflate(ctx, own, frame.nioBuffer());
      if ((first & FrameGuard.FIN) != 0 && !done) {
        finish(ctx, own);
      }
    } catch (DataFormatException e) {
      // Not answered as a malformed message: what is damaged is the WebSocket, not OpAMP, and a
      // peer
      // that goes on with it would damage the next one too.
      fail(ctx, CloseCode.INVALID_DATA, "broken deflate data");
    }
  }

  private void finish(ChannelHandlerContext ctx, Inflater own) throws DataFormatException {
    if (!own.finished()) {
      inflate(ctx, own, ByteBuffer.wrap(END));
    }
    if (done) {
      return;
    }
    if (!own.finished()) {
      fail(ctx, CloseCode.INVALID_DATA, "the deflate data ends too early");
      return;
    }
    ByteBuf last = roomy(ctx);
    out = null;
    release();
    pass(ctx, last, FrameGuard.FIN);
  }

  /** Passes on what the input gives, frame by frame; returns when there is no more of it. */
  private void inflate(ChannelHandlerContext ctx, Inflater own, ByteBuffer in)
      throws DataFormatException {
    own.setInput(in);
    while (!done) {
      ByteBuf frame = roomy(ctx);
      int room = (int) Math.min(frame.writableBytes(), maxMessageSize - size + 1);
      int index = frame.arrayOffset() + frame.writerIndex();
      int count = own.inflate(frame.array(), index, room);
      frame.writerIndex(frame.writerIndex() + count);
      size += count;
      if (size > maxMessageSize) {
        String reason = "message inflates above the limit of " + maxMessageSize + " bytes";
        fail(ctx, CloseCode.TOO_BIG, reason);
      } else if (!frame.isWritable()) {
        out = null;
        pass(ctx, frame, 0);
      } else if (own.finished() && in.hasRemaining()) {
        // A final block need not be the last one of a message (RFC 7692, 7.2.3.4).
        own.reset();
        own.setInput(in);
      } else if (own.finished() || own.needsInput()) {
        return;
      }
    }
  }

  private ByteBuf roomy(ChannelHandlerContext ctx) {
    ByteBuf frame = out;
    if (frame == null) {
      frame = ctx.alloc().heapBuffer(FrameGuard.MAX_FRAME, FrameGuard.MAX_FRAME);
      frame.writerIndex(HEADER);
      out = frame;
    }
    return frame;
  }

  private void pass(ChannelHandlerContext ctx, ByteBuf frame, int fin) {
    int length = frame.writerIndex() - HEADER;
    if (length < 126) {
      frame.setByte(2, opcode | fin).setByte(3, length).readerIndex(2);
    } else {
      frame.setByte(0, opcode | fin).setByte(1, 126).setShort(2, length);
    }
    opcode = 0;
    ctx.fireChannelRead(frame);
  }

  private void fail(ChannelHandlerContext ctx, int closeCode, String reason) {
    end();
    ctx.fireUserEventTriggered(new ProtocolViolation(closeCode, reason));
  }

  private void end() {
    done = true;
    release();
  }

  private void release() {
    if (inflater != null) {
      zips.giveBack(inflater);
      inflater = null;
    }
    if (out != null) {
      out.release();
      out = null;
    }
  }
}
