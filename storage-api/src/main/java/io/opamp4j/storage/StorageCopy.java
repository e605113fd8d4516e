package io.opamp4j.storage;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.BlobStore.Blob;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Brings everything from one backend into another, then reads both again and compares: documents
 * with their versions and times, agents' records, blobs by hash and size. Neither may be in use by
 * a server meanwhile. Works page by page, so the heap holds no more than one page. Not thread-safe.
 */
public final class StorageCopy {
  private static final int PAGE = 500;
  private static final int REPORT_EVERY = 10_000;

  private final Stores from;
  private final Stores to;
  private final Consumer<String> progress;

  /**
   * @param progress gets a line for people now and then
   */
  public StorageCopy(Stores from, Stores to, Consumer<String> progress) {
    this.from = requireNonNull(from, "from");
    this.to = requireNonNull(to, "to");
    this.progress = requireNonNull(progress, "progress");
  }

  /** What a backend keeps. */
  public record Stores(AgentStore agents, DocumentStore documents, BlobStore blobs) {}

  /**
   * Copies and compares.
   *
   * @param overwrite whether the target may hold something; what it has under the same name is then
   *     replaced, and the rest stays
   * @throws StorageException if the target holds something and may not, if a backend fails, or if
   *     the two differ in the end
   */
  public void run(boolean overwrite) {
    if (!overwrite) {
      requireEmptyTarget();
    }
    // Blobs first and agents last: what refers to something comes after it.
    copyBlobs();
    for (String kind : from.documents().kinds()) {
      copyDocuments(kind, overwrite);
    }
    copyAgents();
    compare();
  }

  private void requireEmptyTarget() {
    List<String> kinds = to.documents().kinds();
    long agents = to.agents().count();
    boolean blobs = !to.blobs().list(Optional.empty(), 1).items().isEmpty();
    if (!kinds.isEmpty() || agents > 0 || blobs) {
      throw new StorageException(
          "the target is not empty (%d agents, documents of %d kinds, %s blobs); nothing was copied"
              .formatted(agents, kinds.size(), blobs ? "some" : "no"),
          false,
          null);
    }
  }

  private void copyBlobs() {
    Counter counter = new Counter("blobs");
    from.blobs().each(
        blob -> {
          try (InputStream content =
              from.blobs().open(blob.hash(), 0).orElseThrow(() -> gone("blob " + blob.hash()))) {
            Blob copied = to.blobs().put(content);
            require(copied.equals(blob), "blob " + blob.hash());
          } catch (IOException e) {
            throw new StorageException("blob " + blob.hash() + " cannot be read", true, e);
          }
          counter.count();
        });
    counter.total();
  }

  private void copyDocuments(String kind, boolean overwrite) {
    Counter counter = new Counter("documents of kind " + kind);
    from.documents().each(
        kind,
        document -> {
          if (overwrite) {
            to.documents()
                .find(kind, document.id())
                .ifPresent(old -> to.documents().remove(kind, old.id(), old.version()));
          }
          to.documents().restore(document);
          counter.count();
        });
    counter.total();
  }

  private void copyAgents() {
    Counter counter = new Counter("agents");
    from.agents().eachPage(
        PAGE,
        records -> {
          Set<InstanceUid> left = to.agents().save(records);
          if (!left.isEmpty()) {
            // The target has a later claim of them, which must not outlive what it is about.
            left.forEach(to.agents()::remove);
            to.agents().save(records.stream().filter(each -> left.contains(each.uid())).toList());
          }
          counter.count(records.size());
        });
    counter.total();
  }

  private void compare() {
    progress.accept("comparing");
    from.blobs().each(
        blob ->
            require(to.blobs().find(blob.hash()).equals(Optional.of(blob)), "blob " + blob.hash()));
    for (String kind : from.documents().kinds()) {
      from.documents().each(
          kind,
          document ->
              require(
                  to.documents().find(kind, document.id()).equals(Optional.of(document)),
                  kind + " " + document.id()));
    }
    from.agents().eachPage(
        PAGE,
        records ->
            records.forEach(
                record ->
                    require(
                        to.agents().find(record.uid()).equals(Optional.of(record)),
                        "agent " + record.uid())));
  }

  private static void require(boolean equal, String what) {
    if (!equal) {
      throw new StorageException(what + " differs in the target", false, null);
    }
  }

  private static StorageException gone(String what) {
    return new StorageException(what + " was removed while it was copied", false, null);
  }

  /** Says how far it is. */
  private final class Counter {
    private final String what;
    private long done;
    private long nextReport = REPORT_EVERY;

    Counter(String what) {
      this.what = what;
    }

    void count() {
      count(1);
    }

    void count(int more) {
      done += more;
      if (done >= nextReport) {
        progress.accept(what + ": " + done + " so far");
        nextReport = done + REPORT_EVERY;
      }
    }

    void total() {
      progress.accept(what + ": " + done);
    }
  }
}
