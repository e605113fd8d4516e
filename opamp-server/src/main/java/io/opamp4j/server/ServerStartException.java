package io.opamp4j.server;

import static java.util.Objects.requireNonNull;

/**
 * The server did not start; what had started was stopped again. The message is one line for people.
 */
public final class ServerStartException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final Reason reason;

  /**
   * @param reason what kind of failure
   * @param message one line for people, without secrets
   * @param cause what was thrown
   */
  public ServerStartException(Reason reason, String message, Throwable cause) {
    super(message, requireNonNull(cause, "cause"));
    this.reason = requireNonNull(reason, "reason");
  }

  /** What kind of failure it was. */
  public Reason reason() {
    return reason;
  }

  /** Kinds of failure, by who can mend them. */
  public enum Reason {
    /** The storage cannot be opened: its place, its lock, its network. */
    STORAGE,
    /** The address or port cannot be listened on. */
    LISTENER,
    /** Anything else, most likely a defect. */
    OTHER
  }
}
