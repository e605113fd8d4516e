package io.opamp4j.distribution;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Reads what a server sends: the heads and bodies of HTTP, and after a 101 the frames. */
final class SwarmFrames extends ByteToMessageDecoder {
  static final int TEXT = 1;
  static final int BINARY = 2;
  static final int CLOSE = 8;
  static final int PING = 9;
  static final int PONG = 10;

  private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private boolean webSocket;

  /** An answer over HTTP, whole. */
  record Response(int status, Map<String, String> headers, byte[] body) {
    /** Seconds of Retry-After; -1 if there is none. */
    int retryAfter() {
      return Integer.parseInt(headers.getOrDefault("retry-after", "-1"));
    }
  }

  /** One frame, not masked. */
  record Frame(boolean last, int opcode, byte[] payload) {
    int closeCode() {
      return payload.length < 2 ? 1005 : (payload[0] & 0xFF) << 8 | payload[1] & 0xFF;
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    Object next = webSocket ? frame(in) : response(in);
    if (next != null) {
      out.add(next);
    }
  }

  /** A head without body of a request that asks for a WebSocket. */
  static byte[] handshake(String host) {
    return ("GET /v1/opamp HTTP/1.1\r\nHost: "
            + host
            + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** The head of a request with a message of this length. */
  static byte[] post(String host, int length) {
    return ("POST /v1/opamp HTTP/1.1\r\nHost: "
            + host
            + "\r\nContent-Type: application/x-protobuf\r\nContent-Length: "
            + length
            + "\r\n\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** A frame that no OpAMP message is in. */
  static byte[] rubbish(SplittableRandom chance) {
    byte[] bytes = new byte[1 + chance.nextInt(40)];
    chance.nextBytes(bytes);
    return switch (chance.nextInt(4)) {
      case 0 -> RawWebSocket.masked(TEXT, "hello".getBytes(StandardCharsets.UTF_8));
      case 1 -> RawWebSocket.masked(BINARY, new byte[0]);
      case 2 -> {
        // A header that is not 0.
        bytes[0] = (byte) (1 + chance.nextInt(0x7F));
        yield RawWebSocket.masked(BINARY, bytes);
      }
      // The uid is said to be longer than the message.
      default -> RawWebSocket.masked(BINARY, new byte[] {0, 0x0A, 0x7F, 1, 2, 3});
    };
  }

  private Object frame(ByteBuf in) {
    if (in.readableBytes() < 2) {
      return null;
    }
    int start = in.readerIndex();
    int first = in.getUnsignedByte(start);
    int second = in.getUnsignedByte(start + 1);
    int header = second == 126 ? 4 : second == 127 ? 10 : 2;
    if (in.readableBytes() < header) {
      return null;
    }
    long length =
        second == 126
            ? in.getUnsignedShort(start + 2)
            : second == 127 ? in.getLong(start + 2) : second;
    if (in.readableBytes() < header + length) {
      return null;
    }
    in.skipBytes(header);
    byte[] payload = new byte[(int) length];
    in.readBytes(payload);
    return new Frame((first & 0x80) != 0, first & 0x0F, payload);
  }

  private Object response(ByteBuf in) {
    int length = headLength(in);
    if (length < 0) {
      return null;
    }
    String[] head =
        in.toString(in.readerIndex(), length, StandardCharsets.ISO_8859_1).split("\r\n");
    Map<String, String> headers = new TreeMap<>();
    for (int i = 1; i < head.length; i++) {
      String[] parts = head[i].split(":\\s*", 2);
      headers.put(parts[0].toLowerCase(Locale.ROOT), parts[1].strip());
    }
    int body = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    if (in.readableBytes() < length + body) {
      return null;
    }
    in.skipBytes(length);
    byte[] content = new byte[body];
    in.readBytes(content);
    int status = Integer.parseInt(head[0].split(" ")[1]);
    webSocket = status == 101;
    return new Response(status, headers, content);
  }

  private static int headLength(ByteBuf in) {
    for (int i = in.readerIndex(); i + END_OF_HEAD.length <= in.writerIndex(); i++) {
      if (in.getByte(i) == '\r'
          && in.getByte(i + 1) == '\n'
          && in.getByte(i + 2) == '\r'
          && in.getByte(i + 3) == '\n') {
        return i + END_OF_HEAD.length - in.readerIndex();
      }
    }
    return -1;
  }
}
