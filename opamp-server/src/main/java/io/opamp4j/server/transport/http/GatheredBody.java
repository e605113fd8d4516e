package io.opamp4j.server.transport.http;

import io.netty.buffer.ByteBuf;
import io.opamp4j.server.agents.MemoryBudget;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Arrays;

/**
 * A request body that is kept until it is whole, paid for from the budget as it comes. Belongs to
 * one thread at a time.
 */
final class GatheredBody {
  private static final byte[] NOTHING = new byte[0];

  private final MemoryBudget memory;
  private final int limit;
  private byte[] bytes = NOTHING;
  private int size;

  GatheredBody(MemoryBudget memory, int limit) {
    this.memory = memory;
    this.limit = limit;
  }

  /** Whether this many bytes more are still within the limit. */
  boolean admits(int more) {
    return more <= limit - size;
  }

  /**
   * Keeps a piece that {@link #admits admitted} was.
   *
   * @return false if there is no memory for it; nothing was kept of it
   */
  boolean add(ByteBuf piece) {
    int length = piece.readableBytes();
    if (!memory.reserve(length)) {
      return false;
    }
    if (size + length > bytes.length) {
      // No trust in an announced length: memory grows with what has really come.
      long grown = Math.min(2L * bytes.length, limit);
      bytes = Arrays.copyOf(bytes, (int) Math.max(grown, size + length));
    }
    piece.getBytes(piece.readerIndex(), bytes, size, length);
    size += length;
    return true;
  }

  InputStream read() {
    return new ByteArrayInputStream(bytes, 0, size);
  }

  /** Gives everything up. Does nothing the second time. */
  void drop() {
    memory.release(size);
    bytes = NOTHING;
    size = 0;
  }
}
