package io.opamp4j.storage.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Arguments and answers of scripts. */
final class Bytes {
  /** What a script gives for a value that is not there. */
  private static final byte[] MISSING = new byte[0];

  private Bytes() {}

  static byte[] of(String text) {
    return text.getBytes(UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, UTF_8);
  }

  static byte[] join(char first, byte[] second, byte[] third) {
    return join(String.valueOf(first), second, third);
  }

  static byte[] join(String first, byte[] second, byte[] third) {
    byte[] start = of(first);
    return ByteBuffer.allocate(start.length + second.length + third.length)
        .put(start)
        .put(second)
        .put(third)
        .array();
  }

  /** A list of byte strings; what is not there is empty. */
  static List<byte[]> list(Object answer) {
    List<byte[]> list = new ArrayList<>();
    for (Object each : (List<?>) answer) {
      list.add(each instanceof byte[] bytes ? bytes : MISSING);
    }
    return list;
  }
}
