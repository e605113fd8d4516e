package io.opamp4j.core.wire;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Plain protobuf bytes to a message. Whoever reads back a message that once came over the wire,
 * such as a storage backend, reads it here: the library's own default refuses trees that the
 * transports accept.
 */
public final class Messages {
  /** The default for every size limit, in bytes (LIM-02). */
  public static final int DEFAULT_LIMIT = 64 * 1024 * 1024;

  /**
   * How deep messages may be nested. One level of a health or component tree costs two, so that 127
   * levels fit under the root; the library's default of 100 ends at 49. Everything that walks a
   * message does so by recursion; at this depth that takes less than half of the 1 MiB an ordinary
   * thread has for its stack.
   */
  public static final int NESTING_LIMIT = 256;

  private Messages() {}

  /**
   * Parses all remaining bytes. The position of the buffer stays where it is, and the message
   * shares no memory with it.
   *
   * @throws MalformedMessageException if the bytes are not such a message, hold text that is not
   *     UTF-8, or nest deeper than {@link #NESTING_LIMIT}
   */
  public static <M extends MessageLite> M parse(Parser<M> parser, ByteBuffer data)
      throws MalformedMessageException {
    CodedInputStream in = CodedInputStream.newInstance(data.slice());
    in.setRecursionLimit(NESTING_LIMIT);
    try {
      M message = parser.parseFrom(in);
      in.checkLastTagWas(0);
      return message;
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedMessageException("not a valid protobuf message: " + e.getMessage(), e);
    }
  }

  /** The size a message will have, as a number that cannot be negative. */
  static long sizeOf(MessageLite message) {
    // The library counts in an int, which wraps above 2 GiB.
    return Integer.toUnsignedLong(message.getSerializedSize());
  }

  static int checkLimit(int limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("a size limit must be positive, not " + limit);
    }
    return limit;
  }

  static AssertionError impossible(IOException e) {
    return new AssertionError("writing to memory does no I/O", e);
  }
}
