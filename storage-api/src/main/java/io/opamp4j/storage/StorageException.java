package io.opamp4j.storage;

import org.jspecify.annotations.Nullable;

/** The backend could not do what was asked. */
public class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean retryable;

  /**
   * @param retryable whether the same call may succeed later (lost connection, timeout), as opposed
   *     to one that will not (corrupt file, newer schema, closed store)
   */
  public StorageException(String message, boolean retryable, @Nullable Throwable cause) {
    super(message, cause);
    this.retryable = retryable;
  }

  /** Whether the same call may succeed later. */
  public boolean retryable() {
    return retryable;
  }
}
