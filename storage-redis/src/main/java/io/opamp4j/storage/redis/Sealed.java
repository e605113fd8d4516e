package io.opamp4j.storage.redis;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.zip.CRC32;

/**
 * Bytes with a mark of their format in front and a checksum behind, so that a value that was cut,
 * mixed up or written by somebody else is noticed before it is believed.
 */
final class Sealed {
  private static final byte FORMAT = 1;
  private static final int OVERHEAD = 1 + Integer.BYTES;

  private Sealed() {}

  static byte[] seal(ByteString content) {
    byte[] sealed = new byte[content.size() + OVERHEAD];
    sealed[0] = FORMAT;
    content.copyTo(sealed, 1);
    int checksum = checksum(sealed);
    for (int i = 0; i < Integer.BYTES; i++) {
      sealed[sealed.length - 1 - i] = (byte) (checksum >>> (8 * i));
    }
    return sealed;
  }

  /**
   * @throws IOException in plain words, if these are not bytes that were sealed
   */
  static ByteString open(byte[] sealed) throws IOException {
    if (sealed.length < OVERHEAD) {
      throw new IOException("it is cut short");
    }
    if (sealed[0] != FORMAT) {
      throw new IOException("its format is " + sealed[0] + ", not " + FORMAT);
    }
    int checksum = 0;
    for (int i = sealed.length - Integer.BYTES; i < sealed.length; i++) {
      checksum = checksum << 8 | (sealed[i] & 0xFF);
    }
    if (checksum != checksum(sealed)) {
      throw new IOException("its checksum is wrong");
    }
    return ByteString.copyFrom(sealed, 1, sealed.length - OVERHEAD);
  }

  private static int checksum(byte[] sealed) {
    CRC32 crc = new CRC32();
    crc.update(sealed, 0, sealed.length - Integer.BYTES);
    return (int) crc.getValue();
  }
}
