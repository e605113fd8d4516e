package io.opamp4j.storage;

import io.opamp4j.core.ContentHash;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Large files, streamed and addressed by their SHA-256. A blob is there whole or not at all: an
 * upload that is cut short leaves nothing behind.
 */
public interface BlobStore {
  /** How many blobs {@link #each} asks for at a time. */
  int PAGE = 1_000;

  /**
   * Reads the stream to its end and keeps it. The caller closes the stream. Keeping the same
   * content twice keeps it once.
   *
   * @throws IOException if the given stream fails; nothing was kept
   */
  Blob put(InputStream content) throws IOException;

  /** Size and hash of a blob, or empty if there is none. */
  Optional<Blob> find(ContentHash hash);

  /**
   * Opens a blob for reading from an offset, in bytes; the caller closes it. Empty if there is
   * none.
   *
   * @throws IllegalArgumentException if the offset is negative or above the size
   */
  Optional<InputStream> open(ContentHash hash, long offset);

  /**
   * Removes a blob.
   *
   * @return whether it was there
   */
  boolean remove(ContentHash hash);

  /**
   * One page in ascending order of hash (unsigned bytes).
   *
   * @param after only hashes above this one; empty starts at the beginning
   * @param limit the most blobs to return, 1 to 10,000
   * @throws IllegalArgumentException if the limit is out of bounds
   */
  Page<Blob> list(Optional<ContentHash> after, int limit);

  /**
   * Gives all blobs to the action, in ascending order of hash. One that comes or goes meanwhile may
   * be given or not.
   */
  default void each(Consumer<Blob> action) {
    Pages.each(
        Optional.<ContentHash>empty(),
        after -> list(after, PAGE),
        Blob::hash,
        page -> page.forEach(action));
  }

  /** Checks the offset of an {@link #open}; for implementations. */
  static void requireOffset(long offset, long size) {
    if (offset < 0 || offset > size) {
      throw new IllegalArgumentException("the offset must be 0 to " + size + ", not " + offset);
    }
  }

  /**
   * What is known of a blob.
   *
   * @param hash SHA-256 of the content
   * @param size in bytes
   */
  record Blob(ContentHash hash, long size) {}
}
