package io.opamp4j.core.timing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How fast connections are closed whose peers will want others at once: as fast as those can be
 * given, but never slower than the time allows. A few are closed at once.
 *
 * @param count how many are to be closed
 * @param over the time from the first to the last; zero for all at once
 */
public record ClosePace(int count, Duration over) {
  public ClosePace {
    requireNonNull(over, "over");
    if (count < 0 || over.isNegative()) {
      throw new IllegalArgumentException("neither count nor time may be negative");
    }
  }

  /**
   * @param perSecond how many peers can be taken in elsewhere per second; more than zero
   * @param atMost the time there is
   */
  public static ClosePace of(int count, double perSecond, Duration atMost) {
    if (!(perSecond > 0)) {
      throw new IllegalArgumentException("perSecond must be more than zero, not " + perSecond);
    }
    Duration wanted = Duration.ofNanos((long) (1e9 * count / perSecond));
    return new ClosePace(count, wanted.compareTo(atMost) < 0 ? wanted : atMost);
  }

  /** How many are to be closed by now; never fewer than at an earlier time. */
  public int dueAfter(Duration elapsed) {
    if (elapsed.compareTo(over) >= 0) {
      return count;
    }
    return (int) (count * ((double) elapsed.toNanos() / over.toNanos()));
  }
}
