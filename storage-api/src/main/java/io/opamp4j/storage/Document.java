package io.opamp4j.storage;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.time.Instant;

/**
 * One version of one thing an operator wrote. The body is opaque to the backend.
 *
 * @param kind the family, such as {@code configuration}; lower-case letters, digits and dashes, at
 *     most 64
 * @param id unique within the kind; 1 to 255 characters
 * @param version 1 for the first {@code put}, one more for each later one
 * @param body the content
 * @param modified when this version was written, UTC with millisecond precision
 */
public record Document(String kind, String id, long version, ByteString body, Instant modified) {
  public Document {
    requireNonNull(kind, "kind");
    requireNonNull(id, "id");
    requireNonNull(body, "body");
    requireNonNull(modified, "modified");
  }
}
