package io.opamp4j.storage;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Versioned documents by kind and id. A write is durable when the method returns, and is a
 * compare-and-set: of several writers that read the same version, one succeeds. A kind or an id
 * that {@link Document} does not allow is an {@link IllegalArgumentException}.
 */
public interface DocumentStore {

  /** The version to expect of a document that must not exist yet. */
  long ABSENT = 0;

  /** How many documents {@link #each} has in memory at a time; they may be large. */
  int PAGE = 100;

  /** The current version, or empty if there is none. */
  Optional<Document> find(String kind, String id);

  /**
   * Writes the next version.
   *
   * @param expectedVersion the version being replaced, or {@link #ABSENT} to create
   * @return the document as written
   * @throws VersionConflictException if the current version is another one; nothing was written
   */
  Document put(String kind, String id, ByteString body, long expectedVersion);

  /**
   * Removes the document. A later {@link #put} of the same id starts at version 1 again.
   *
   * @throws VersionConflictException if the current version is another one (or there is none);
   *     nothing was removed
   */
  void remove(String kind, String id, long expectedVersion);

  /**
   * One page in ascending order of id (by Unicode code point).
   *
   * @param after only ids above this one; empty starts at the beginning
   * @param limit the most documents to return, 1 to 10,000
   * @throws IllegalArgumentException if the limit is out of bounds
   */
  Page<Document> list(String kind, Optional<String> after, int limit);

  /**
   * Gives all documents of a kind to the action, in ascending order of id. One that comes or goes
   * meanwhile may be given or not; the action may change the store.
   */
  default void each(String kind, Consumer<Document> action) {
    Pages.each(
        Optional.<String>empty(),
        after -> list(kind, after, PAGE),
        Document::id,
        page -> page.forEach(action));
  }

  /** The kinds of which there is at least one document, in ascending order. */
  List<String> kinds();

  /**
   * Writes a document with the version and the time it has, for copies from another store.
   *
   * @throws VersionConflictException if there is a document of that kind and id; nothing was
   *     written
   */
  void restore(Document document);

  /** Checks the limit of a {@link #list}; for implementations. */
  static void requireLimit(int limit) {
    if (limit < 1 || limit > 10_000) {
      throw new IllegalArgumentException("limit must be 1 to 10000, not " + limit);
    }
  }
}
