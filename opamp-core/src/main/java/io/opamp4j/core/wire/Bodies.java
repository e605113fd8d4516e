package io.opamp4j.core.wire;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.zip.GZIPOutputStream;

/**
 * The body of a plain HTTP request or response: the message with no header, gzipped or not
 * (HTTP-01, HTTP-02, HTTP-11). A limit holds for the bytes of the body and again for what they
 * unpack to (LIM-17, LIM-20, E-14); exactly the limit is allowed.
 */
public final class Bodies {
  private Bodies() {}

  /**
   * Reads a request. Reading stops one byte behind the limit at the latest, and buffers never add
   * up to more than about twice the limit. The stream is not closed: it belongs to the caller.
   *
   * @param gzip whether {@code Content-Encoding} says gzip, see {@link HttpContent#encoding}
   * @param limit the largest size allowed, in bytes
   * @throws MessageTooLargeException if the body, or what it unpacks to, is larger than the limit
   * @throws MalformedMessageException if the body is not such a message: broken, cut short or
   *     followed by something else
   * @throws IOException only if the stream itself fails
   */
  public static AgentToServer agentToServer(InputStream body, boolean gzip, int limit)
      throws MalformedMessageException, IOException {
    return decode(AgentToServer.parser(), body, gzip, limit);
  }

  /** Reads a response; as {@link #agentToServer}. */
  public static ServerToAgent serverToAgent(InputStream body, boolean gzip, int limit)
      throws MalformedMessageException, IOException {
    return decode(ServerToAgent.parser(), body, gzip, limit);
  }

  /**
   * The bytes of a body.
   *
   * @param limit the largest size allowed before compression, in bytes (LIM-24, LIM-27)
   */
  public static byte[] encode(MessageLite message, boolean gzip, int limit)
      throws MessageTooLargeException {
    Messages.checkLimit(limit);
    long size = Messages.sizeOf(message);
    if (size > limit) {
      throw new MessageTooLargeException(limit, size);
    }
    if (!gzip) {
      return message.toByteArray();
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (OutputStream packed = new GZIPOutputStream(body)) {
      message.writeTo(packed);
    } catch (IOException e) {
      throw Messages.impossible(e);
    }
    return body.toByteArray();
  }

  private static <M extends MessageLite> M decode(
      Parser<M> parser, InputStream body, boolean gzip, int limit)
      throws MalformedMessageException, IOException {
    Messages.checkLimit(limit);
    if (!gzip) {
      return Messages.parse(parser, ByteSource.readAll(body::read, limit));
    }
    try (Gunzip unpacked = new Gunzip(ByteSource.limited(body::read, limit))) {
      return Messages.parse(parser, ByteSource.readAll(unpacked, limit));
    }
  }
}
