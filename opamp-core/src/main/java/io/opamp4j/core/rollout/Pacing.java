package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How fast the agents of a stage get their turn: few at first, more with every step.
 *
 * @param first how many agents the first step takes; at least 1
 * @param factor by how much a step is larger than the one before it; at least 1
 * @param most how many agents a step takes at most; at least {@code first}
 * @param interval the least time between the beginnings of two steps; zero or more
 */
public record Pacing(int first, int factor, int most, Duration interval) {
  /** 3 agents, then five times as many with every step up to 100, a step every 5 seconds. */
  public static final Pacing STANDARD = new Pacing(3, 5, 100, Duration.ofSeconds(5));

  /** Everybody at once. */
  public static final Pacing ALL =
      new Pacing(Integer.MAX_VALUE, 1, Integer.MAX_VALUE, Duration.ZERO);

  public Pacing {
    requireNonNull(interval, "interval");
    if (first < 1 || factor < 1 || most < first) {
      throw new IllegalArgumentException(
          "steps must begin with 1 agent or more and never shrink: first %d, factor %d, most %d"
              .formatted(first, factor, most));
    }
    Durations.requireUsable(interval, "interval");
  }

  /**
   * How many agents a step takes.
   *
   * @param step counted from 0
   */
  public int size(int step) {
    long size = first;
    for (int i = 0; i < step && size < most && factor > 1; i++) {
      size *= factor;
    }
    return (int) Math.min(size, most);
  }
}
