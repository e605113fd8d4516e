package io.opamp4j.storage.h2;

import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.StorageException.Reason;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Refuses to write before the disk is full: a write that fails in the middle makes H2 give up the
 * database for everybody, and it needs some room even to remove things. Costs a system call.
 */
final class DiskSpace {
  /** What is left to H2 and to the rest of the machine, in bytes. */
  static final long KEPT_FREE = 16L << 20;

  private final String shownPath;
  private final LongSupplier usable;

  /**
   * @param usable the bytes that may be written; 0 if nobody knows, as some file systems say
   */
  DiskSpace(String shownPath, LongSupplier usable) {
    this.shownPath = shownPath;
    this.usable = usable;
  }

  static DiskSpace of(H2Settings settings) {
    Path blobs = settings.blobDirectory();
    return new DiskSpace(settings.shownPath(), () -> blobs.toFile().getUsableSpace());
  }

  /** What is wrong, if there is no room. */
  Optional<String> shortage() {
    long left = usable.getAsLong();
    return left <= 0 || left >= KEPT_FREE
        ? Optional.empty()
        : Optional.of(
            "the disk of the H2 database at %s is full: %d KiB left, of which %d are kept free"
                .formatted(shownPath, left >> 10, KEPT_FREE >> 10));
  }

  /**
   * @throws StorageException if there is no room
   */
  void require() {
    shortage()
        .ifPresent(
            message -> {
              throw new StorageException(message, Reason.FULL, null);
            });
  }
}
