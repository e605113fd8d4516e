package io.opamp4j.storage.memory;

import io.opamp4j.storage.LocalChangeFeed;
import io.opamp4j.storage.Storage;
import io.opamp4j.storage.StorageException;

/** Knows whether the backend is still open; the stores ask before each call. */
final class MemoryStorage implements Storage {
  private final LocalChangeFeed changes;
  private volatile boolean closed;

  MemoryStorage(LocalChangeFeed changes) {
    this.changes = changes;
  }

  @Override
  public String description() {
    return "memory (nothing is kept over a restart)";
  }

  @Override
  public Check check() {
    return closed ? Check.failed("the memory store is closed") : Check.OK;
  }

  /** By the nodes of one process. */
  @Override
  public boolean shared() {
    return true;
  }

  @Override
  public void close() {
    closed = true;
    changes.close();
  }

  void requireOpen() {
    if (closed) {
      throw new StorageException("the memory store is closed", false, null);
    }
  }
}
