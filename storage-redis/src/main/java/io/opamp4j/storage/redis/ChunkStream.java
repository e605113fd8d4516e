package io.opamp4j.storage.redis;

import io.opamp4j.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongFunction;

/** Reads a blob piece by piece; one piece is in memory at a time. Not thread-safe. */
final class ChunkStream extends InputStream {
  private final LongFunction<Optional<byte[]>> chunks;
  private final int chunkSize;
  private final long size;
  private long position;
  private byte[] current = new byte[0];
  private long currentNumber = -1;

  /**
   * @param chunks gives a piece by its number; empty if it is gone
   */
  ChunkStream(LongFunction<Optional<byte[]>> chunks, int chunkSize, long size, long offset) {
    this.chunks = chunks;
    this.chunkSize = chunkSize;
    this.size = size;
    this.position = offset;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, into.length);
    if (length == 0) {
      return 0;
    }
    if (position >= size) {
      return -1;
    }
    load(position / chunkSize);
    int from = (int) (position % chunkSize);
    int count = Math.min(length, current.length - from);
    if (count <= 0) {
      throw new IOException("a piece of the blob is cut short");
    }
    System.arraycopy(current, from, into, offset, count);
    position += count;
    return count;
  }

  @Override
  public long skip(long bytes) {
    long skipped = Math.max(0, Math.min(bytes, size - position));
    position += skipped;
    return skipped;
  }

  private void load(long number) throws IOException {
    if (number == currentNumber) {
      return;
    }
    try {
      current =
          chunks
              .apply(number)
              .orElseThrow(() -> new IOException("the blob was removed while it was read"));
      currentNumber = number;
    } catch (StorageException e) {
      throw new IOException(e.getMessage(), e);
    }
  }
}
