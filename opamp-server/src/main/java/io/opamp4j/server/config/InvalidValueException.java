package io.opamp4j.server.config;

import static java.util.Objects.requireNonNull;

/**
 * A value cannot be used. The message says what is allowed and does not repeat the value, which may
 * be a secret.
 */
final class InvalidValueException extends Exception {
  private static final long serialVersionUID = 1;

  InvalidValueException(String message) {
    super(message);
  }

  @Override
  public String getMessage() {
    return requireNonNull(super.getMessage());
  }
}
