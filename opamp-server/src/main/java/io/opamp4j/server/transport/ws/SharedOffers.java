package io.opamp4j.server.transport.ws;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.opamp4j.core.wire.MessageTooLargeException;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.ServerToAgent;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Large configurations as they go over the wire, encoded once for all agents that are offered them:
 * what waits to be read by ten thousand slow peers is one copy. The bytes lie outside of the heap,
 * where the socket takes them from as they are. Keeps the latest, up to a number of bytes.
 * Thread-safe.
 */
final class SharedOffers {
  /** Smaller ones are encoded along with the rest of their message, in bytes. */
  static final int AT_LEAST = 4 * 1024;

  private static final int BINARY = 0x82;
  private static final int MAX_FRAME_HEADER = 10;

  private final long mostBytes;

  // Guarded by itself. The one used last is at the end.
  private final Map<AgentRemoteConfig, ByteBuffer> encoded = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;
  private long made;

  /**
   * @param mostBytes kept together; a larger configuration is not kept at all
   */
  SharedOffers(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /**
   * A WebSocket frame in two parts, both to be written, one after the other.
   *
   * @param head all that is for this agent alone
   * @param offer what it has in common with others
   */
  record Frame(ByteBuf head, ByteBuf offer) {}

  /**
   * The whole message as an unmasked frame, with the protocol's header in it (WS-03).
   *
   * @param limit the largest message allowed, header included, in bytes
   * @return empty if the message has nothing that is worth sharing
   */
  Optional<Frame> frame(ServerToAgent message, int limit) throws MessageTooLargeException {
    if (!message.hasRemoteConfig()) {
      return Optional.empty();
    }
    int configSize = message.getRemoteConfig().getSerializedSize();
    if (configSize < AT_LEAST || configSize > Math.min(mostBytes, limit)) {
      return Optional.empty();
    }
    ByteBuffer offer = encoded(message.getRemoteConfig());
    // Fields may come in any order, so the shared one can be the last.
    ByteString rest = message.toBuilder().clearRemoteConfig().build().toByteString();
    long size = 1L + rest.size() + offer.remaining();
    if (size > limit) {
      throw new MessageTooLargeException(limit, size);
    }
    ByteBuf head = Unpooled.buffer(MAX_FRAME_HEADER + 1 + rest.size()).writeByte(BINARY);
    if (size < 0x1_0000) {
      head.writeByte(126).writeShort((int) size);
    } else {
      head.writeByte(127).writeLong(size);
    }
    head.writeByte(0).writeBytes(rest.asReadOnlyByteBuffer());
    return Optional.of(new Frame(head, Unpooled.wrappedBuffer(offer)));
  }

  /** How many bytes are kept. */
  long bytes() {
    synchronized (encoded) {
      return bytes;
    }
  }

  /** How often a configuration was encoded. */
  long made() {
    synchronized (encoded) {
      return made;
    }
  }

  private ByteBuffer encoded(AgentRemoteConfig config) {
    synchronized (encoded) {
      @Nullable ByteBuffer known = encoded.get(config);
      if (known == null) {
        known = encode(config);
        encoded.put(config, known);
        bytes += known.remaining();
        made++;
        dropOldest();
      }
      return known.duplicate();
    }
  }

  /** What was made last stays. */
  private void dropOldest() {
    Iterator<ByteBuffer> oldest = encoded.values().iterator();
    while (bytes > mostBytes && encoded.size() > 1) {
      bytes -= oldest.next().remaining();
      oldest.remove();
    }
  }

  private static ByteBuffer encode(AgentRemoteConfig config) {
    int number = ServerToAgent.REMOTE_CONFIG_FIELD_NUMBER;
    ByteBuffer field =
        ByteBuffer.allocateDirect(CodedOutputStream.computeMessageSize(number, config));
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(field);
      out.writeMessage(number, config);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot fail", e);
    }
    return field.flip().asReadOnlyBuffer();
  }
}
