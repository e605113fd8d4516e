package io.opamp4j.core.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Bytes that come one after the other. Unlike an {@code InputStream} it can say that they are
 * malformed without posing as a failure of the line.
 */
@FunctionalInterface
interface ByteSource {
  /** Reads at least one byte and at most {@code length}; -1 at the end. */
  int read(byte[] target, int offset, int length) throws MalformedMessageException, IOException;

  /** The same bytes, refused as soon as there are more than the limit. */
  static ByteSource limited(ByteSource source, int limit) {
    return new ByteSource() {
      private long total;

      @Override
      public int read(byte[] target, int offset, int length)
          throws MalformedMessageException, IOException {
        int count = source.read(target, offset, length);
        total += Math.max(count, 0);
        if (total > limit) {
          throw new MessageTooLargeException(limit);
        }
        return count;
      }
    };
  }

  /** All bytes up to the end, refused as soon as there are more than the limit. */
  static ByteBuffer readAll(ByteSource source, int limit)
      throws MalformedMessageException, IOException {
    byte[] bytes = new byte[Math.min(limit, 4096)];
    int size = 0;
    while (true) {
      if (size == limit) {
        if (source.read(new byte[1], 0, 1) >= 0) {
          throw new MessageTooLargeException(limit);
        }
        return ByteBuffer.wrap(bytes, 0, size);
      }
      if (size == bytes.length) {
        bytes = Arrays.copyOf(bytes, (int) Math.min(limit, 2L * size));
      }
      int count = source.read(bytes, size, bytes.length - size);
      if (count < 0) {
        return ByteBuffer.wrap(bytes, 0, size);
      }
      size += count;
    }
  }
}
