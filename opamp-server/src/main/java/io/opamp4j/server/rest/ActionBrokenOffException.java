package io.opamp4j.server.rest;

import io.opamp4j.storage.StorageException;

/** The store failed in the middle of many agents. */
final class ActionBrokenOffException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param done for how many agents it was done
   * @param of how many there are
   */
  ActionBrokenOffException(int done, int of, StorageException cause) {
    super(
        "the storage backend failed when this was done for "
            + done
            + " of "
            + of
            + " agents; the same request does the rest",
        cause);
  }
}
