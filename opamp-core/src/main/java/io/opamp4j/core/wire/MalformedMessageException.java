package io.opamp4j.core.wire;

import static java.util.Objects.requireNonNull;

/**
 * What arrived is not an OpAMP message. The text is meant for the person who looks after the peer
 * and may be sent back to it (ERR-02, ERR-04); it names no content of the message.
 */
public class MalformedMessageException extends Exception {
  private static final long serialVersionUID = 1;

  public MalformedMessageException(String message) {
    super(message);
  }

  public MalformedMessageException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What is wrong, in plain words. */
  @Override
  public String getMessage() {
    return requireNonNull(super.getMessage());
  }
}
