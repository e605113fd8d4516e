package io.opamp4j.core.rollout;

import java.time.Duration;

/** Lengths of time in a plan. */
final class Durations {
  private static final Duration LONGEST = Duration.ofDays(365);

  private Durations() {}

  /** Such as {@code "5 min"}. */
  static String text(Duration duration) {
    if (duration.toNanos() % 1_000_000_000 != 0) {
      return duration.toMillis() + " ms";
    }
    long seconds = duration.toSeconds();
    return seconds > 0 && seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
  }

  static void requireUsable(Duration duration, String name) {
    if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "%s must be between zero and a year, not %s".formatted(name, duration));
    }
  }
}
