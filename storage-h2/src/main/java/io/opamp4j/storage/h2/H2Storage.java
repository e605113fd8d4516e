package io.opamp4j.storage.h2;

import io.opamp4j.storage.LocalChangeFeed;
import io.opamp4j.storage.Storage;

/** The health and the end of an {@link H2Database} and its feed. */
final class H2Storage implements Storage {
  private final H2Database database;
  private final LocalChangeFeed changes;

  H2Storage(H2Database database, LocalChangeFeed changes) {
    this.database = database;
    this.changes = changes;
  }

  @Override
  public String description() {
    return database.description();
  }

  @Override
  public Check check() {
    return database.check();
  }

  @Override
  public void close() {
    changes.close();
    database.close();
  }
}
