package io.opamp4j.testkit.storage;

import java.util.Optional;

/** Opens the backend under test. One fixture serves one test method, from one thread. */
public interface StorageFixture extends AutoCloseable {

  /** Opens the backend, empty. Called once, first. */
  Stores open();

  /** Closes the backend in good order and opens it again on the same data. */
  Stores reopen();

  /**
   * Why this backend keeps nothing over {@link #reopen()}; empty for one that does. The tests of
   * durability are skipped with this reason.
   */
  Optional<String> notDurableBecause();

  /** Closes what is open and deletes the data. */
  @Override
  void close();
}
