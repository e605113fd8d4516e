package io.opamp4j.client.transport;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;

/** As much of ASN.1's distinguished encoding as keys and certificate requests take. */
public final class Der {
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int OCTET_STRING = 0x04;
  private static final int OBJECT_ID = 0x06;
  private static final int SEQUENCE = 0x30;
  private static final int CONTEXT = 0xA0;

  private Der() {}

  /** A sequence of these, each encoded already. */
  public static byte[] sequence(byte[]... parts) {
    return tagged(SEQUENCE, concat(parts));
  }

  /** A number from 0 to 127. */
  public static byte[] integer(int small) {
    return tagged(INTEGER, new byte[] {(byte) small});
  }

  /** Whole bytes as bits. */
  public static byte[] bitString(byte[] bytes) {
    return tagged(BIT_STRING, concat(new byte[] {0}, bytes));
  }

  static byte[] octetString(byte[] bytes) {
    return tagged(OCTET_STRING, bytes);
  }

  /** An object id, its content encoded already. */
  public static byte[] objectId(int... content) {
    byte[] bytes = new byte[content.length];
    for (int i = 0; i < content.length; i++) {
      bytes[i] = (byte) content[i];
    }
    return tagged(OBJECT_ID, bytes);
  }

  /** A constructed value under a context tag. */
  public static byte[] context(int number, byte[] content) {
    return tagged(CONTEXT | number, content);
  }

  /** These bytes as PEM text. */
  public static String pem(String label, byte[] der) {
    byte[] newLine = "\n".getBytes(StandardCharsets.US_ASCII);
    return "-----BEGIN "
        + label
        + "-----\n"
        + Base64.getMimeEncoder(64, newLine).encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }

  /** The content of the value with this tag among the values in a row, or of the first one. */
  static byte[] find(int tag, byte[] values) throws GeneralSecurityException {
    int at = 0;
    while (at + 2 <= values.length) {
      int length = values[at + 1] & 0xFF;
      int start = at + 2;
      if (length > 0x80 && length <= 0x83 && start + length - 0x80 <= values.length) {
        int digits = length - 0x80;
        length = 0;
        for (int i = 0; i < digits; i++) {
          length = length << 8 | values[start + i] & 0xFF;
        }
        start += digits;
      } else if (length >= 0x80) {
        break;
      }
      if (length > values.length - start) {
        break;
      }
      if ((values[at] & 0xFF) == tag) {
        return java.util.Arrays.copyOfRange(values, start, start + length);
      }
      at = start + length;
    }
    throw new GeneralSecurityException("a value with tag " + tag + " is missing");
  }

  private static byte[] tagged(int tag, byte[] content) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.length < 0x80) {
      out.write(content.length);
    } else {
      int digits = (32 - Integer.numberOfLeadingZeros(content.length) + 7) / 8;
      out.write(0x80 | digits);
      for (int i = digits - 1; i >= 0; i--) {
        out.write(content.length >> (8 * i));
      }
    }
    out.writeBytes(content);
    return out.toByteArray();
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
