package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/**
 * A connection that was lost or never came to be.
 *
 * @param kind what happened
 * @param detail one line for people, without credentials
 * @param retryAfter how long the server asked to stay away; empty if it did not say
 */
public record Loss(LossKind kind, String detail, Optional<Duration> retryAfter) {
  public Loss {
    requireNonNull(kind, "kind");
    requireNonNull(detail, "detail");
    if (retryAfter.isPresent() && retryAfter.get().isNegative()) {
      throw new IllegalArgumentException("retryAfter is negative: " + retryAfter.get());
    }
  }

  /** A loss without a word from the server on when to return. */
  public static Loss of(LossKind kind, String detail) {
    return new Loss(kind, detail, Optional.empty());
  }
}
