package io.opamp4j.storage;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Which sections of a report are kept apart from it. As bytes, each is the number of its field, one
 * byte, and its 32-byte hash, {@value #LENGTH} together.
 *
 * @param byField the hash of a section by the number of its field in {@code AgentToServer}
 */
public record SectionReferences(SortedMap<Integer, ContentHash> byField) {
  /** The bytes of one reference. */
  public static final int LENGTH = 33;

  /** Every section is in the report. */
  public static final SectionReferences NONE = new SectionReferences(new TreeMap<>());

  public SectionReferences {
    byField = Collections.unmodifiableSortedMap(new TreeMap<>(byField));
  }

  /** The hashes; one that two fields have comes twice. */
  public Collection<ContentHash> hashes() {
    return byField.values();
  }

  /** See above. */
  public ByteString toBytes() {
    ByteString bytes = ByteString.EMPTY;
    for (Map.Entry<Integer, ContentHash> each : byField.entrySet()) {
      byte[] field = {(byte) (int) each.getKey()};
      bytes = bytes.concat(ByteString.copyFrom(field)).concat(each.getValue().bytes());
    }
    return bytes;
  }

  /**
   * Reads {@link #toBytes()}.
   *
   * @throws IOException if these are not such bytes
   */
  public static SectionReferences from(ByteString bytes) throws IOException {
    if (bytes.isEmpty()) {
      return NONE;
    }
    if (bytes.size() % LENGTH != 0) {
      throw new IOException("its references to sections are cut short");
    }
    SortedMap<Integer, ContentHash> byField = new TreeMap<>();
    for (int at = 0; at < bytes.size(); at += LENGTH) {
      byField.put((int) bytes.byteAt(at), new ContentHash(bytes.substring(at + 1, at + LENGTH)));
    }
    return new SectionReferences(byField);
  }
}
