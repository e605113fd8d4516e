package io.opamp4j.server.transport.ws;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/**
 * Compresses frames that are worth it, where permessage-deflate was negotiated (RFC 7692). Whether
 * a message is too large to be sent was decided before, on its plain bytes (LIM-10). Stateless but
 * for what it shares; any thread may use it.
 */
final class FrameDeflater {
  /** Below this a message fits into one packet anyway, and heartbeats stay plain. */
  static final int SMALLEST = 1024;

  /** Above this the event loop's other connections would have to wait too long. */
  static final int LARGEST = 1024 * 1024;

  private static final int BINARY_MESSAGE = 0x82;
  private static final int FIN_RSV1_BINARY = 0xC2;
  private static final int MAX_HEADER = 10;
  private static final int TAIL = 4;

  private final Zips zips;

  FrameDeflater(Zips zips) {
    this.zips = zips;
  }

  /**
   * What to send for a frame.
   *
   * @param frame one whole frame without mask
   * @return the same frame, or a shorter one that means the same
   */
  ByteBuf deflate(ByteBufAllocator allocator, ByteBuffer frame) {
    ByteBuffer payload = payload(frame);
    int size = payload.remaining();
    if ((frame.get(frame.position()) & 0xFF) != BINARY_MESSAGE
        || size < SMALLEST
        || size > LARGEST) {
      return Unpooled.wrappedBuffer(frame);
    }
    ByteBuf packed = allocator.heapBuffer(MAX_HEADER + size);
    int length = deflate(payload, packed, size);
    if (length == size) {
      // It does not fit into less, so it was not written to its end either.
      packed.release();
      return Unpooled.wrappedBuffer(frame);
    }
    // RFC 7692, 7.2.1: what every flush ends with is left out.
    return withHeader(packed, length - TAIL);
  }

  private int deflate(ByteBuffer payload, ByteBuf packed, int room) {
    Deflater deflater = zips.deflater();
    try {
      deflater.setInput(payload);
      int start = packed.arrayOffset() + MAX_HEADER;
      return deflater.deflate(packed.array(), start, room, Deflater.SYNC_FLUSH);
    } finally {
      zips.giveBack(deflater);
    }
  }

  private static ByteBuf withHeader(ByteBuf packed, int length) {
    int start = MAX_HEADER - (length < 126 ? 2 : length < 0x1_0000 ? 4 : 10);
    packed.setByte(start, FIN_RSV1_BINARY);
    if (length < 126) {
      packed.setByte(start + 1, length);
    } else if (length < 0x1_0000) {
      packed.setByte(start + 1, 126).setShort(start + 2, length);
    } else {
      packed.setByte(start + 1, 127).setLong(start + 2, length);
    }
    return packed.setIndex(start, MAX_HEADER + length);
  }

  private static ByteBuffer payload(ByteBuffer frame) {
    int code = frame.get(frame.position() + 1) & 0x7F;
    int header = code == 127 ? 10 : code == 126 ? 4 : 2;
    return frame.slice(frame.position() + header, frame.remaining() - header);
  }
}
