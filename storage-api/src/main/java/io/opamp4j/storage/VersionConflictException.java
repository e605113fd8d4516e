package io.opamp4j.storage;

/** Somebody else wrote first: the document is not at the version the caller expected. */
public class VersionConflictException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final long currentVersion;

  /**
   * @param currentVersion the version now in the store, {@link DocumentStore#ABSENT} if there is
   *     none
   */
  public VersionConflictException(
      String kind, String id, long expectedVersion, long currentVersion) {
    super(
        currentVersion == DocumentStore.ABSENT
            ? kind + " " + id + " does not exist (expected version " + expectedVersion + ")"
            : kind + " " + id + " is at version " + currentVersion + ", not " + expectedVersion);
    this.currentVersion = currentVersion;
  }

  /** The version now in the store, {@link DocumentStore#ABSENT} if there is none. */
  public long currentVersion() {
    return currentVersion;
  }
}
