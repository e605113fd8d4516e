package io.opamp4j.server.boot;

import io.opamp4j.storage.Storage;
import io.opamp4j.storage.StorageException;

/** Asks the storage whether it works before anything relies on it. */
final class StorageCheck {
  private StorageCheck() {}

  static void require(Storage storage) {
    Storage.Check check = storage.check();
    if (!check.ok()) {
      throw new StorageException(storage.description() + ": " + check.message(), true, null);
    }
  }
}
