package io.opamp4j.core.timing;

import java.time.Instant;
import java.util.Arrays;

/**
 * How many new peers per second can be taken in. As long as nothing shows that it is less, that is
 * the configured rate. While there is strain, it is the most that was really taken in within one of
 * the last {@value #WINDOW} seconds, since the machine has shown that it manages that; but never
 * less than a tenth of the configured rate, because a second in which few came proves nothing.
 *
 * <p>Memory is fixed. Confined: the owner calls from one thread at a time.
 */
final class AcceptCapacity {
  static final int WINDOW = 10;
  private static final double LEAST = 0.1;

  private final int most;
  private final int[] taken = new int[WINDOW];
  private long current;
  private long strainedUntil = Long.MIN_VALUE;

  /**
   * @param most the configured rate per second; more than zero
   */
  AcceptCapacity(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("most must be more than zero, not " + most);
    }
    this.most = most;
  }

  /** A peer was taken in. */
  void taken(Instant now) {
    advance(now);
    taken[index(current)]++;
  }

  /** A peer was refused because the work is too much, not because of the configured rate. */
  void strained(Instant now) {
    advance(now);
    strainedUntil = current + WINDOW;
  }

  double perSecond(Instant now) {
    advance(now);
    if (current >= strainedUntil) {
      return most;
    }
    int highest = Arrays.stream(taken).max().orElse(0);
    return Math.min(most, Math.max(highest, LEAST * most));
  }

  private void advance(Instant now) {
    long second = now.getEpochSecond();
    if (Math.abs(second - current) >= WINDOW) {
      Arrays.fill(taken, 0);
      current = second;
      strainedUntil = Math.min(strainedUntil, second + WINDOW);
    }
    while (current < second) {
      current++;
      taken[index(current)] = 0;
    }
  }

  private static int index(long second) {
    return (int) Math.floorMod(second, (long) WINDOW);
  }
}
