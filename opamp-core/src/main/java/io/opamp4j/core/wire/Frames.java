package io.opamp4j.core.wire;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The content of a binary WebSocket message: a varint header whose value is 0, then the message
 * (WS-02). Limits count header and data together, after any extension has decompressed them
 * (LIM-01); exactly the limit is allowed.
 */
public final class Frames {
  private static final int MAX_HEADER = 10;

  private Frames() {}

  /**
   * One zero byte and the message (WS-03). The size is checked before anything is allocated.
   *
   * @param limit the largest size allowed, in bytes
   */
  public static byte[] encode(MessageLite message, int limit) throws MessageTooLargeException {
    Messages.checkLimit(limit);
    long size = 1 + Messages.sizeOf(message);
    if (size > limit) {
      throw new MessageTooLargeException(limit, size);
    }
    byte[] frame = new byte[(int) size];
    CodedOutputStream out = CodedOutputStream.newInstance(frame, 1, frame.length - 1);
    try {
      message.writeTo(out);
    } catch (IOException e) {
      throw Messages.impossible(e);
    }
    out.checkNoSpaceLeft();
    return frame;
  }

  /**
   * Reads what a server received. The position of the buffer stays where it is, and the result
   * shares no memory with it.
   *
   * @param message the whole WebSocket message, in any kind of buffer
   * @param limit the largest size allowed, in bytes
   * @throws MessageTooLargeException if the message is larger than the limit
   * @throws MalformedMessageException if it has no header, a header other than 0 (E-02, E-04,
   *     E-05), or data that is not such a message
   */
  public static AgentToServer agentToServer(ByteBuffer message, int limit)
      throws MalformedMessageException {
    return decode(AgentToServer.parser(), message, limit);
  }

  /** Reads what a client received; as {@link #agentToServer}. */
  public static ServerToAgent serverToAgent(ByteBuffer message, int limit)
      throws MalformedMessageException {
    return decode(ServerToAgent.parser(), message, limit);
  }

  private static <M extends MessageLite> M decode(Parser<M> parser, ByteBuffer message, int limit)
      throws MalformedMessageException {
    Messages.checkLimit(limit);
    if (message.remaining() > limit) {
      throw new MessageTooLargeException(limit, message.remaining());
    }
    ByteBuffer data = message.slice();
    skipHeader(data);
    return Messages.parse(parser, data);
  }

  /** Moves behind the header, which may be a zero spelled in up to ten bytes (WS-05, E-03). */
  private static void skipHeader(ByteBuffer data) throws MalformedMessageException {
    if (!data.hasRemaining()) {
      throw new MalformedMessageException("the WebSocket message is empty; it needs a header");
    }
    boolean zero = true;
    for (int length = 1; length <= MAX_HEADER; length++) {
      if (!data.hasRemaining()) {
        throw new MalformedMessageException("the message ends inside its header");
      }
      byte next = data.get();
      zero &= (next & 0x7F) == 0;
      if (next >= 0) {
        if (!zero) {
          throw new MalformedMessageException(
              "the message header is not 0; every other value is reserved");
        }
        return;
      }
    }
    throw new MalformedMessageException(
        "the message header is longer than " + MAX_HEADER + " bytes");
  }
}
