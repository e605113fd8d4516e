package io.opamp4j.core.timing;

import io.opamp4j.core.InstanceUid;
import java.time.Duration;
import java.time.Instant;

/**
 * Gives every agent its own moment within an interval, always the same one, so that what is due to
 * all of them once per interval does not go out in one burst.
 */
public final class Spread {
  private Spread() {}

  /**
   * The agent's moment: at least zero and less than the interval. It depends on nothing but the two
   * arguments, so every node of a server agrees on it.
   *
   * @param interval more than zero
   */
  public static Duration offset(InstanceUid uid, Duration interval) {
    return offset(key(uid), interval);
  }

  /**
   * The same for whatever else must be spread out, such as connections, by any number of its own.
   */
  public static Duration offset(long key, Duration interval) {
    if (interval.isNegative() || interval.isZero()) {
      throw new IllegalArgumentException("interval must be more than zero, not " + interval);
    }
    return Duration.ofNanos(Long.remainderUnsigned(mix(key), interval.toNanos()));
  }

  /** The first of the agent's moments that lies after {@code now}, intervals counted from 1970. */
  public static Instant next(InstanceUid uid, Duration interval, Instant now) {
    return next(key(uid), interval, now);
  }

  /**
   * The first moment of this number that lies after {@code now}. In plain nanoseconds, since a
   * sweep asks for every agent each second: good for the years 1678 to 2262.
   *
   * @throws ArithmeticException if {@code now} lies outside of these
   */
  public static Instant next(long key, Duration interval, Instant now) {
    long sinceMoment =
        Math.subtractExact(
            Duration.between(Instant.EPOCH, now).toNanos(), offset(key, interval).toNanos());
    long whole = interval.toNanos();
    return now.plusNanos(whole - Math.floorMod(sinceMoment, whole));
  }

  /**
   * The agent's place in an order that has nothing to do with that of the uids, and is another one
   * for every salt. Unsigned; two agents share a place only by a chance of one in 2^64.
   */
  public static long place(InstanceUid uid, long salt) {
    return mix(key(uid) ^ mix(salt));
  }

  private static long key(InstanceUid uid) {
    return mix(uid.mostSignificant()) ^ uid.leastSignificant();
  }

  /** Spreads neighbouring numbers over all 64 bits (the finaliser of MurmurHash3). */
  private static long mix(long bits) {
    long mixed = (bits ^ (bits >>> 33)) * 0xFF51AFD7ED558CCDL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return mixed ^ (mixed >>> 33);
  }
}
