package io.opamp4j.testkit.server;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** As much of ASN.1's distinguished encoding as certificates take, written and read. */
final class Der {
  static final int SEQUENCE = 0x30;
  static final int CONTEXT = 0xA0;
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

  private Der() {}

  /**
   * One value among others.
   *
   * @param encoded all of it
   * @param content without tag and length
   */
  record Value(int tag, byte[] encoded, byte[] content) {}

  static byte[] of(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    int length = content.size();
    if (length < 0x80) {
      out.write(length);
    } else if (length < 0x100) {
      out.write(0x81);
      out.write(length);
    } else {
      out.write(0x82);
      out.write(length >> 8);
      out.write(length);
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }

  static byte[] sequence(byte[]... parts) {
    return of(SEQUENCE, parts);
  }

  static byte[] integer(byte[] number) {
    return of(0x02, number);
  }

  static byte[] bits(byte[] bytes) {
    return of(0x03, new byte[] {0}, bytes);
  }

  static byte[] octets(byte[] bytes) {
    return of(0x04, bytes);
  }

  static byte[] yes() {
    return of(0x01, new byte[] {(byte) 0xFF});
  }

  static byte[] time(Instant time) {
    return of(0x18, TIME.format(time).getBytes(StandardCharsets.US_ASCII));
  }

  /** An object id, given as text with dots. */
  static byte[] objectId(String dotted) {
    String[] numbers = dotted.split("\\.", -1);
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    content.write(Integer.parseInt(numbers[0]) * 40 + Integer.parseInt(numbers[1]));
    for (int i = 2; i < numbers.length; i++) {
      int number = Integer.parseInt(numbers[i]);
      for (int shift = 28; shift > 0; shift -= 7) {
        if (number >> shift != 0) {
          content.write(0x80 | number >> shift & 0x7F);
        }
      }
      content.write(number & 0x7F);
    }
    return of(0x06, content.toByteArray());
  }

  /** The values in a row. */
  static List<Value> read(byte[] row) throws GeneralSecurityException {
    List<Value> values = new ArrayList<>();
    int at = 0;
    while (at < row.length) {
      int start = at;
      if (row.length - at < 2) {
        throw new GeneralSecurityException("cut short");
      }
      int tag = row[at++] & 0xFF;
      int length = row[at++] & 0xFF;
      if (length > 0x82) {
        throw new GeneralSecurityException("too long");
      }
      if (length >= 0x80) {
        int digits = length - 0x80;
        length = 0;
        for (; digits > 0 && at < row.length; digits--) {
          length = length << 8 | row[at++] & 0xFF;
        }
      }
      if (length > row.length - at) {
        throw new GeneralSecurityException("cut short");
      }
      byte[] content = Arrays.copyOfRange(row, at, at + length);
      at += length;
      values.add(new Value(tag, Arrays.copyOfRange(row, start, at), content));
    }
    return values;
  }

  /** The content of a sequence of so many values. */
  static List<Value> sequence(Value value, int size) throws GeneralSecurityException {
    List<Value> parts = value.tag() == SEQUENCE ? read(value.content()) : List.of();
    if (parts.size() != size) {
      throw new GeneralSecurityException("not a sequence of " + size);
    }
    return parts;
  }

  /** The text with dots of an object id. */
  static String dotted(Value objectId) {
    StringBuilder text = new StringBuilder();
    long number = 0;
    for (byte next : objectId.content()) {
      number = number << 7 | next & 0x7F;
      if (next >= 0) {
        if (text.isEmpty()) {
          text.append(Math.min(number / 40, 2))
              .append('.')
              .append(number - Math.min(number / 40, 2) * 40);
        } else {
          text.append('.').append(number);
        }
        number = 0;
      }
    }
    return text.toString();
  }
}
