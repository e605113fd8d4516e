package io.opamp4j.core.timing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt (E-34): longer every time, never the same for two, never
 * more than the cap. The wait is {@code initial * multiplier^attempt}, varied by chance; it never
 * gives up.
 *
 * @param initial the wait before the first retry, before chance; more than zero
 * @param multiplier what each further wait is multiplied with; at least 1
 * @param jitter by which share chance may shorten or lengthen a wait, 0 to 1
 * @param cap the longest wait, chance included; at least {@code initial}, at most {@link #LONGEST}.
 *     So that waits at the cap still differ, chance varies {@code cap / (1 + jitter)} there: with
 *     the defaults 20 to 60 seconds
 */
public record Backoff(Duration initial, double multiplier, double jitter, Duration cap) {
  /** The longest cap that is accepted. */
  public static final Duration LONGEST = Duration.ofDays(365);

  /** Half a second, half as long again each time, give or take half, at most a minute. */
  public static final Backoff DEFAULT =
      new Backoff(Duration.ofMillis(500), 1.5, 0.5, Duration.ofSeconds(60));

  public Backoff {
    requireNonNull(initial, "initial");
    requireNonNull(cap, "cap");
    if (initial.isNegative() || initial.isZero()) {
      throw new IllegalArgumentException("initial must be more than zero, not " + initial);
    }
    if (!(multiplier >= 1) || Double.isInfinite(multiplier)) {
      throw new IllegalArgumentException("multiplier must be 1 or more, not " + multiplier);
    }
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("jitter must be between 0 and 1, not " + jitter);
    }
    if (cap.compareTo(initial) < 0 || cap.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "cap must be between " + initial + " and " + LONGEST + ", not " + cap);
    }
  }

  /**
   * The wait before a retry.
   *
   * @param attempt how many retries went before: 0 for the first
   */
  public Duration delay(int attempt, RandomGenerator random) {
    if (attempt < 0) {
      throw new IllegalArgumentException("attempt must not be negative: " + attempt);
    }
    double grown = initial.toNanos() * Math.pow(multiplier, attempt);
    double middle = Math.min(grown, cap.toNanos() / (1 + jitter));
    double varied = middle * (1 + jitter * (2 * random.nextDouble() - 1));
    return Duration.ofNanos(Math.min((long) varied, cap.toNanos()));
  }

  /**
   * The wait that also respects what the server asked for, which counts only if it is longer
   * (E-34).
   *
   * @param retryAfter what the server asked for; zero if it asked for nothing
   */
  public static Duration atLeast(Duration computed, Duration retryAfter) {
    return computed.compareTo(retryAfter) < 0 ? retryAfter : computed;
  }
}
