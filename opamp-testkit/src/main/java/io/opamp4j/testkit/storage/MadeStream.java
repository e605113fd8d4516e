package io.opamp4j.testkit.storage;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/**
 * Content made while it is read, so that a test can stream more than its heap holds. The byte at
 * each position depends on the position and a seed alone.
 */
final class MadeStream extends InputStream {
  private final long seed;
  private final long size;
  private final boolean failsAtTheEnd;
  private long position;

  private MadeStream(long seed, long size, boolean failsAtTheEnd, long position) {
    this.seed = seed;
    this.size = size;
    this.failsAtTheEnd = failsAtTheEnd;
    this.position = position;
  }

  static MadeStream of(long seed, long size) {
    return new MadeStream(seed, size, false, 0);
  }

  /** The rest of the content from a position. */
  static MadeStream from(long seed, long size, long position) {
    return new MadeStream(seed, size, false, position);
  }

  /** A stream that throws instead of ending, as a lost connection does. */
  static MadeStream failingAfter(long seed, long size) {
    return new MadeStream(seed, size, true, 0);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (position >= size) {
      if (failsAtTheEnd) {
        throw new IOException("the connection was lost, as this test wants");
      }
      return length == 0 ? 0 : -1;
    }
    int n = (int) Math.min(length, size - position);
    long word = wordAt(position);
    for (int i = 0; i < n; i++) {
      if ((position & 7) == 0) {
        word = wordAt(position);
      }
      target[offset + i] = (byte) (word >>> ((position++ & 7) << 3));
    }
    return n;
  }

  /** The eight bytes of which this position is one. */
  private long wordAt(long index) {
    long word = (index >>> 3) * 0x9E3779B97F4A7C15L + seed;
    return word ^ word >>> 29;
  }
}
