package io.opamp4j.core.timing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * When refused peers are to come back: one after the other, no faster than they can be taken in, so
 * that a fleet that was refused as a herd does not return as one. Each refusal reserves the next
 * free slot. A slot is a promise: for {@link #PROMISE} from its time on, one arrival may claim it
 * with {@link #redeem}, whatever else limits arrivals; then it lapses.
 *
 * <p>The schedule ends {@link #LENGTH} after the soonest return. Whoever finds it full is sent to
 * the time beyond its end, spread by chance over {@link #BEYOND}, without a promise; by then there
 * is room again.
 *
 * <p>Memory is fixed. Confined: the owner calls from one thread at a time, with times that do not
 * go back; if they do, by a clock that was set, the schedule begins anew.
 */
final class ReturnTimes {
  /** How long the schedule may become. */
  static final Duration LENGTH = Duration.ofMinutes(9);

  /** Over how long those are spread for whom the schedule has no slot. */
  static final Duration BEYOND = Duration.ofMinutes(1);

  /** How long a slot waits for its peer, which may be late by a connect or by its own jitter. */
  static final Duration PROMISE = Duration.ofSeconds(10);

  private final Duration soonest;

  /** Promises by second, a ring; all seconds before {@code kept} are 0. */
  private final int[] promised;

  private Instant latest = Instant.EPOCH;
  private Instant next = Instant.EPOCH;
  private long kept;

  /**
   * @param soonest the least time to stay away; more than zero
   */
  ReturnTimes(Duration soonest) {
    if (soonest.isNegative() || soonest.isZero()) {
      throw new IllegalArgumentException("soonest must be more than zero, not " + soonest);
    }
    this.soonest = soonest;
    // Two more for seconds that are only partly inside.
    this.promised = new int[(int) soonest.plus(LENGTH).plus(PROMISE).toSeconds() + 2];
  }

  /**
   * Reserves the next free slot.
   *
   * @param perSecond how many can be taken in per second; more than zero
   * @return how long to stay away from now on
   */
  Duration next(Instant now, double perSecond, RandomGenerator chance) {
    requireNonNull(chance, "chance");
    if (!(perSecond > 0)) {
      throw new IllegalArgumentException("perSecond must be more than zero, not " + perSecond);
    }
    advance(now);
    Instant first = now.plus(soonest);
    Instant slot = next.isBefore(first) ? first : next;
    Instant end = first.plus(LENGTH);
    if (slot.isAfter(end)) {
      long beyond = (long) (chance.nextDouble() * BEYOND.toNanos());
      return Duration.between(now, end).plusNanos(beyond);
    }
    next = slot.plusNanos((long) (Duration.ofSeconds(1).toNanos() / perSecond));
    promised[index(slot.getEpochSecond())]++;
    return Duration.between(now, slot);
  }

  /** Claims the oldest slot whose time has come and that nobody has claimed, if there is one. */
  boolean redeem(Instant now) {
    advance(now);
    for (long second = kept; second <= now.getEpochSecond(); second++) {
      if (promised[index(second)] > 0) {
        promised[index(second)]--;
        return true;
      }
    }
    return false;
  }

  private void advance(Instant now) {
    long keep = now.minus(PROMISE).getEpochSecond();
    boolean back = now.isBefore(latest);
    if (back || keep - kept >= promised.length) {
      Arrays.fill(promised, 0);
      kept = keep;
      next = back ? Instant.EPOCH : next;
    }
    latest = now;
    for (; kept < keep; kept++) {
      promised[index(kept)] = 0;
    }
  }

  private int index(long second) {
    return (int) Math.floorMod(second, (long) promised.length);
  }
}
