package io.opamp4j.storage;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** The backend could not do what was asked. */
public class StorageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  /** What kind of failure it is. */
  public enum Reason {
    /** The same call may succeed later: a lost connection, a timeout, a fail-over. */
    UNAVAILABLE,
    /**
     * There is no room for what is to be written: a full disk, the limit of a memory. It may
     * succeed when somebody has made room; reading goes on.
     */
    FULL,
    /** It will not succeed: a corrupt file, a newer schema, a closed store. */
    FAILED
  }

  /** A failure of this kind. */
  public StorageException(String message, Reason reason, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = requireNonNull(reason, "reason");
  }

  /**
   * @param retryable whether the same call may succeed later ({@link Reason#UNAVAILABLE}), as
   *     opposed to one that will not ({@link Reason#FAILED})
   */
  public StorageException(String message, boolean retryable, @Nullable Throwable cause) {
    this(message, retryable ? Reason.UNAVAILABLE : Reason.FAILED, cause);
  }

  /** What kind of failure it is. */
  public Reason reason() {
    return reason;
  }

  /** Whether the same call may succeed later. */
  public boolean retryable() {
    return reason != Reason.FAILED;
  }
}
