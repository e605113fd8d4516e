package io.opamp4j.storage;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.regex.Pattern;

/**
 * One version of one thing an operator wrote. The body is opaque to the backend.
 *
 * @param kind the family, such as {@code configuration}; lower-case letters, digits and dashes, at
 *     most 64
 * @param id unique within the kind; 1 to 255 characters, each surrogate paired
 * @param version 1 for the first {@code put}, one more for each later one
 * @param body the content
 * @param modified when this version was written, UTC; cut to milliseconds
 */
public record Document(String kind, String id, long version, ByteString body, Instant modified) {

  /**
   * The order of {@link DocumentStore#list}: by Unicode code point, which is also the order of the
   * unsigned bytes in UTF-8. {@link String#compareTo} differs: it puts U+1F600 before U+FF5E.
   */
  public static final Comparator<String> ID_ORDER = Document::compareCodePoints;

  private static final int MAX_ID_LENGTH = 255;
  private static final Pattern KIND = Pattern.compile("[a-z0-9-]{1,64}");

  public Document {
    requireKey(kind, id);
    if (version < 1) {
      throw new IllegalArgumentException("a version is at least 1, not " + version);
    }
    requireNonNull(body, "body");
    modified = modified.truncatedTo(ChronoUnit.MILLIS);
  }

  /**
   * Checks the two parts of a document's key; every {@link DocumentStore} calls it first.
   *
   * @throws IllegalArgumentException if the kind or the id breaks the rules above
   */
  public static void requireKey(String kind, String id) {
    requireKind(kind);
    requireNonNull(id, "id");
    if (id.isEmpty() || id.length() > MAX_ID_LENGTH) {
      throw new IllegalArgumentException("an id has 1 to 255 characters, not " + id.length());
    }
    // An unpaired surrogate has no UTF-8 form, so two such ids would become one on disk.
    if (id.codePoints().anyMatch(c -> c <= 0xFFFF && Character.isSurrogate((char) c))) {
      throw new IllegalArgumentException("an id must not contain an unpaired surrogate");
    }
  }

  /**
   * Checks the kind alone.
   *
   * @throws IllegalArgumentException if it breaks the rule above
   */
  public static void requireKind(String kind) {
    requireNonNull(kind, "kind");
    if (!KIND.matcher(kind).matches()) {
      throw new IllegalArgumentException(
          "a kind is 1 to 64 lower-case letters, digits and dashes, not '" + kind + "'");
    }
  }

  private static int compareCodePoints(String left, String right) {
    int shorter = Math.min(left.length(), right.length());
    for (int i = 0; i < shorter; i++) {
      char a = left.charAt(i);
      char b = right.charAt(i);
      if (a != b) {
        // Only a surrogate sorts differently as a code point: above every other char.
        return Character.isSurrogate(a) == Character.isSurrogate(b)
            ? Character.compare(a, b)
            : Boolean.compare(Character.isSurrogate(a), Character.isSurrogate(b));
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}
