package io.opamp4j.core;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * The 16-byte id of a running agent (UID-03). Any 16 bytes are accepted, because real agents send
 * binary ULIDs as well as UUIDs; only ids made here are UUID version 7 (UID-04, UID-10). Ordered as
 * unsigned bytes.
 *
 * @param mostSignificant the first eight bytes, big-endian
 * @param leastSignificant the last eight bytes, big-endian
 */
public record InstanceUid(long mostSignificant, long leastSignificant)
    implements Comparable<InstanceUid> {

  /** The length on the wire, in bytes. */
  public static final int LENGTH = 16;

  /** Makes a UUID version 7: milliseconds since the epoch, then random bits. */
  public static InstanceUid generate(Instant now, RandomGenerator random) {
    long version7 = (now.toEpochMilli() << 16) | 0x7000 | (random.nextLong() & 0x0FFF);
    long variant2 = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
    return new InstanceUid(version7, variant2);
  }

  /** Reads the id off the wire; empty if it has not exactly 16 bytes. */
  public static Optional<InstanceUid> from(ByteString bytes) {
    if (bytes.size() != LENGTH) {
      return Optional.empty();
    }
    ByteBuffer buffer = bytes.asReadOnlyByteBuffer();
    return Optional.of(new InstanceUid(buffer.getLong(), buffer.getLong()));
  }

  /**
   * Reads the canonical text form, 36 characters, upper or lower case.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static InstanceUid parse(String text) {
    requireNonNull(text, "text");
    try {
      UUID uuid = UUID.fromString(text);
      // UUID.fromString also takes groups of the wrong length.
      if (uuid.toString().equalsIgnoreCase(text)) {
        return new InstanceUid(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("not an instance uid: '" + text + "'", e);
    }
    throw new IllegalArgumentException("not an instance uid: '" + text + "'");
  }

  /** The 16 bytes as sent on the wire. */
  public ByteString toBytes() {
    return ByteString.copyFrom(
        ByteBuffer.allocate(LENGTH).putLong(mostSignificant).putLong(leastSignificant).flip());
  }

  @Override
  public int compareTo(InstanceUid other) {
    int first = Long.compareUnsigned(mostSignificant, other.mostSignificant);
    return first != 0 ? first : Long.compareUnsigned(leastSignificant, other.leastSignificant);
  }

  /** The canonical UUID text, lower case. */
  @Override
  public String toString() {
    return new UUID(mostSignificant, leastSignificant).toString();
  }
}
