package io.opamp4j.server.transport;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.Deflater;

/** WebSocket frames as a client sends them, byte for byte. */
public final class WsBytes {
  public static final int CONTINUATION = 0;
  public static final int TEXT = 1;
  public static final int BINARY = 2;
  public static final int CLOSE = 8;
  public static final int PING = 9;
  public static final int PONG = 10;

  /** Beside the opcode of a message's first frame: RSV1 of RFC 7692. */
  public static final int COMPRESSED = 0x40;

  private static final byte[] MASK = {0x37, (byte) 0xFA, 0x21, 0x3D};

  private WsBytes() {}

  public static byte[] binary(byte[] payload) {
    return frame(true, BINARY, payload);
  }

  public static byte[] close(int code) {
    return frame(true, CLOSE, ByteBuffer.allocate(2).putShort((short) code).array());
  }

  /** What permessage-deflate sends for this: raw deflate data, flushed, without the tail. */
  public static byte[] deflated(byte[] plain) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    deflater.setInput(plain);
    byte[] packed = new byte[plain.length + plain.length / 100 + 64];
    int length = deflater.deflate(packed, 0, packed.length, Deflater.SYNC_FLUSH);
    deflater.end();
    return Arrays.copyOf(packed, length - 4);
  }

  /** One compressed binary message. */
  public static byte[] compressed(byte[] plain) {
    return frame(true, COMPRESSED | BINARY, deflated(plain));
  }

  /** A masked frame whose length has the shortest form. */
  public static byte[] frame(boolean fin, int opcode, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write((fin ? 0x80 : 0) | opcode);
    out.writeBytes(length(payload.length));
    out.writeBytes(MASK);
    for (int i = 0; i < payload.length; i++) {
      out.write(payload[i] ^ MASK[i & 3]);
    }
    return out.toByteArray();
  }

  private static byte[] length(int length) {
    if (length < 126) {
      return new byte[] {(byte) (0x80 | length)};
    }
    if (length < 0x1_0000) {
      return ByteBuffer.allocate(3).put((byte) 0xFE).putShort((short) length).array();
    }
    return ByteBuffer.allocate(9).put((byte) 0xFF).putLong(length).array();
  }

  public static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
