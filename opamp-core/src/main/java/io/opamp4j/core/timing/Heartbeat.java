package io.opamp4j.core.timing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How often a client speaks when it has nothing to say. The interval counts from the last message
 * of any kind (HB-09), so every message sent moves the next heartbeat.
 *
 * @param interval the time between messages; zero means no heartbeats (HB-05); at most {@link
 *     #LONGEST}
 */
public record Heartbeat(Duration interval) {
  /** The longest interval; longer ones are as good as none. */
  public static final Duration LONGEST = Duration.ofDays(365);

  /** No heartbeats. */
  public static final Heartbeat OFF = new Heartbeat(Duration.ZERO);

  /** Every 30 seconds (HB-03, HTTP-04). */
  public static final Heartbeat DEFAULT = new Heartbeat(Duration.ofSeconds(30));

  /** After how many intervals of silence a peer counts as lost (E-43). */
  public static final int INTERVALS_UNTIL_LOST = 3;

  public Heartbeat {
    requireNonNull(interval, "interval");
    if (interval.isNegative() || interval.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "interval must be between 0 and " + LONGEST + ", not " + interval);
    }
  }

  /**
   * The interval as offered on the wire (HB-04).
   *
   * @param seconds a uint64; more than {@link #LONGEST} is cut to it
   */
  public static Heartbeat ofSeconds(long seconds) {
    boolean tooLong = Long.compareUnsigned(seconds, LONGEST.toSeconds()) > 0;
    return new Heartbeat(tooLong ? LONGEST : Duration.ofSeconds(seconds));
  }

  /**
   * What a polling client makes of an offer: the new poll interval, except that 0 changes nothing,
   * because a client that stops polling can never be reached again (HB-07, E-26).
   *
   * @param seconds a uint64
   */
  public Heartbeat polling(long seconds) {
    return seconds == 0 ? this : ofSeconds(seconds);
  }

  /** Whether there are heartbeats at all. */
  public boolean enabled() {
    return !interval.isZero();
  }

  /** When the next heartbeat is due; empty if there are none. */
  public Optional<Instant> next(Instant lastSent) {
    return enabled() ? Optional.of(lastSent.plus(interval)) : Optional.empty();
  }

  /** Whether a heartbeat is due now. */
  public boolean due(Instant lastSent, Instant now) {
    return enabled() && !now.isBefore(lastSent.plus(interval));
  }

  /**
   * When a peer with this interval counts as lost unless it is heard before; empty if silence
   * proves nothing (HB-10).
   */
  public Optional<Instant> lostAt(Instant lastHeard) {
    return enabled()
        ? Optional.of(lastHeard.plus(interval.multipliedBy(INTERVALS_UNTIL_LOST)))
        : Optional.empty();
  }
}
