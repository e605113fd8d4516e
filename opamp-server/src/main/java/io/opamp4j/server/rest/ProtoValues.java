package io.opamp4j.server.rest;

import com.google.protobuf.ByteString;
import com.google.protobuf.ProtocolMessageEnum;
import io.opamp4j.proto.AgentCapabilities;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Values of protobuf messages as they appear in JSON. Pure. */
final class ProtoValues {
  private static final long NANOS = 1_000_000_000L;

  private ProtoValues() {}

  /** Lower-case hexadecimal digits. */
  static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  /** Null if there are no bytes. */
  static @Nullable String hexOrNull(ByteString bytes) {
    return bytes.isEmpty() ? null : hex(bytes);
  }

  /** Null if empty, which is how protobuf says that a text is not there. */
  static @Nullable String textOrNull(String text) {
    return text.isEmpty() ? null : text;
  }

  /**
   * A time.
   *
   * @param unixNanos nanoseconds since the epoch, unsigned; 0 means none
   */
  static @Nullable Instant timeOrNull(long unixNanos) {
    return unixNanos == 0
        ? null
        : Instant.ofEpochSecond(
            Long.divideUnsigned(unixNanos, NANOS), Long.remainderUnsigned(unixNanos, NANOS));
  }

  /** The name without the enum's own, which prefixes it: {@code APPLIED}. */
  static String name(ProtocolMessageEnum value) {
    String name = value.toString();
    return name.substring(name.indexOf('_') + 1);
  }

  /** The names of the bits that are set; bits without a name as {@code 0x10000}. */
  static List<String> capabilities(long bits) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < Long.SIZE; i++) {
      long bit = bits & (1L << i);
      if (bit != 0) {
        AgentCapabilities known =
            i < Integer.SIZE - 1 ? AgentCapabilities.forNumber((int) bit) : null;
        names.add(known == null ? "0x" + Long.toHexString(bit) : name(known));
      }
    }
    return names;
  }
}
