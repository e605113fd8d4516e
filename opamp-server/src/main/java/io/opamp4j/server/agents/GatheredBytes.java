package io.opamp4j.server.agents;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The pieces of one message after the other, each kept until it is whole and paid for from the
 * {@link MemoryBudget} as it comes. Both transports gather with it. Belongs to one thread at a
 * time.
 */
public final class GatheredBytes {
  private static final byte[] NOTHING = new byte[0];

  private final MemoryBudget memory;
  private final int limit;
  private byte[] bytes = NOTHING;
  private int size;

  /**
   * @param limit bytes that one message is expected to have at most; no more is allocated ahead of
   *     what has come
   */
  public GatheredBytes(MemoryBudget memory, int limit) {
    this.memory = memory;
    this.limit = limit;
  }

  /** Whether nothing is kept. */
  public boolean isEmpty() {
    return size == 0;
  }

  /** Whether this many bytes more are still within the limit. */
  public boolean admits(int more) {
    return more <= limit - size;
  }

  /**
   * Keeps a piece and reads it to its end.
   *
   * @return false if there is no memory for it; then nothing of it was read or kept
   */
  public boolean add(ByteBuffer piece) {
    int length = piece.remaining();
    if (!memory.reserve(length)) {
      return false;
    }
    if (size + length > bytes.length) {
      // No trust in an announced length: memory grows, by doubling, with what has really come.
      long grown = Math.min(2L * bytes.length, limit);
      bytes = Arrays.copyOf(bytes, (int) Math.max(grown, size + length));
    }
    piece.get(bytes, size, length);
    size += length;
    return true;
  }

  /** What is kept, as a stream. It stays kept. */
  public InputStream read() {
    return new ByteArrayInputStream(bytes, 0, size);
  }

  /** Hands the message over and begins the next one; its bytes are paid for no longer. */
  public ByteBuffer take() {
    ByteBuffer whole = ByteBuffer.wrap(bytes, 0, size);
    drop();
    return whole;
  }

  /** Gives everything up. Does nothing the second time. */
  public void drop() {
    memory.release(size);
    bytes = NOTHING;
    size = 0;
  }
}
