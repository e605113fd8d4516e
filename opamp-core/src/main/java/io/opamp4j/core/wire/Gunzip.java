package io.opamp4j.core.wire;

import java.io.IOException;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks gzip (RFC 1952), one member after the other. The JDK's own stream takes whatever follows
 * the first member and is not gzip for the end of the data; here every byte must belong to a
 * member.
 */
final class Gunzip implements ByteSource, AutoCloseable {
  private static final int MAGIC = 0x8B1F;
  private static final int DEFLATE = 8;
  private static final int HEADER_CRC = 1 << 1;
  private static final int EXTRA = 1 << 2;
  private static final int NAME = 1 << 3;
  private static final int COMMENT = 1 << 4;
  private static final int RESERVED = 0xE0;

  private final ByteSource packed;
  private final byte[] input = new byte[4096];
  private int position;
  private int end;

  private final Inflater inflater = new Inflater(true);
  private final CRC32 headerSum = new CRC32();
  private final CRC32 contentSum = new CRC32();
  private boolean inMember;
  private boolean anyMember;

  Gunzip(ByteSource packed) {
    this.packed = packed;
  }

  @Override
  public int read(byte[] target, int offset, int length)
      throws MalformedMessageException, IOException {
    while (inMember || startMember()) {
      int count = inflate(target, offset, length);
      if (count > 0) {
        contentSum.update(target, offset, count);
        return count;
      }
      if (inflater.finished()) {
        endMember();
      } else if (inflater.needsInput()) {
        feed();
      } else {
        throw new MalformedMessageException("the gzip data needs a dictionary");
      }
    }
    return -1;
  }

  @Override
  public void close() {
    inflater.end();
  }

  private int inflate(byte[] target, int offset, int length) throws MalformedMessageException {
    try {
      return inflater.inflate(target, offset, length);
    } catch (DataFormatException e) {
      throw new MalformedMessageException("the gzip data is broken", e);
    }
  }

  private void feed() throws MalformedMessageException, IOException {
    if (position == end && !fill()) {
      throw truncated();
    }
    inflater.setInput(input, position, end - position);
    position = end;
  }

  /** Reads the header of the next member; false if the data ends before it. */
  private boolean startMember() throws MalformedMessageException, IOException {
    if (position == end && !fill()) {
      if (!anyMember) {
        throw truncated();
      }
      return false;
    }
    headerSum.reset();
    if (headerShort() != MAGIC || headerByte() != DEFLATE) {
      throw new MalformedMessageException(
          anyMember ? "the gzip data is followed by something else" : "the data is not gzip");
    }
    int flags = headerByte();
    if ((flags & RESERVED) != 0) {
      throw new MalformedMessageException("the gzip header uses reserved flags");
    }
    skipHeaderBytes(6); // time, extra flags, operating system
    if ((flags & EXTRA) != 0) {
      skipHeaderBytes(headerShort());
    }
    if ((flags & NAME) != 0) {
      skipHeaderText();
    }
    if ((flags & COMMENT) != 0) {
      skipHeaderText();
    }
    if ((flags & HEADER_CRC) != 0) {
      int expected = (int) headerSum.getValue() & 0xFFFF;
      if (headerShort() != expected) {
        throw new MalformedMessageException("the checksum of the gzip header is wrong");
      }
    }
    inflater.reset();
    contentSum.reset();
    inMember = true;
    anyMember = true;
    return true;
  }

  private void endMember() throws MalformedMessageException, IOException {
    position = end - inflater.getRemaining();
    long checksum = trailerInt();
    long length = trailerInt();
    if (checksum != contentSum.getValue()
        || length != (inflater.getBytesWritten() & 0xFFFF_FFFFL)) {
      throw new MalformedMessageException("the checksum of the gzip data is wrong");
    }
    inMember = false;
  }

  private long trailerInt() throws MalformedMessageException, IOException {
    long value = 0;
    for (int shift = 0; shift < 32; shift += 8) {
      value |= (long) nextByte() << shift;
    }
    return value;
  }

  private int headerByte() throws MalformedMessageException, IOException {
    int value = nextByte();
    headerSum.update(value);
    return value;
  }

  private int headerShort() throws MalformedMessageException, IOException {
    int low = headerByte();
    return low | headerByte() << 8;
  }

  private void skipHeaderBytes(int count) throws MalformedMessageException, IOException {
    for (int i = 0; i < count; i++) {
      headerByte();
    }
  }

  private void skipHeaderText() throws MalformedMessageException, IOException {
    while (headerByte() != 0) {
      // up to and including the closing zero
    }
  }

  private int nextByte() throws MalformedMessageException, IOException {
    if (position == end && !fill()) {
      throw truncated();
    }
    return input[position++] & 0xFF;
  }

  private boolean fill() throws MalformedMessageException, IOException {
    position = 0;
    end = Math.max(packed.read(input, 0, input.length), 0);
    return end > 0;
  }

  private static MalformedMessageException truncated() {
    return new MalformedMessageException("the gzip data ends too early");
  }
}
