package io.opamp4j.core.timing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How long a lease lasts, and what follows from it.
 *
 * @param lease the time for which a holder may rely on one renewal
 */
public record LeaseTimes(Duration lease) {
  private static final int RENEWALS = 3;
  private static final int MARGIN = 4;

  public LeaseTimes {
    requireNonNull(lease, "lease");
    if (lease.isNegative() || lease.isZero()) {
      throw new IllegalArgumentException("a lease is longer than zero, not " + lease);
    }
  }

  /** From one renewal to the next; two in a row may fail. */
  public Duration renewal() {
    return lease.dividedBy(RENEWALS);
  }

  /**
   * How long others wait for a renewal before they take the lease for over: longer than the holder
   * relies on it, since no two clocks run at quite the same speed.
   */
  public Duration patience() {
    return lease.plus(lease.dividedBy(MARGIN));
  }

  /**
   * An observer that has not looked for longer than this knows nothing of the time in between:
   * perhaps nobody could renew.
   */
  public Duration longestGap() {
    return lease.dividedBy(2);
  }
}
