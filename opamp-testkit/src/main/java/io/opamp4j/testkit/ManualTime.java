package io.opamp4j.testkit;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A clock that moves only when a test moves it. Any thread may read and move it. */
public final class ManualTime implements InstantSource {
  /** Where every new clock stands. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Object lock = new Object();
  private volatile Instant now;

  /** A clock that stands at {@link #START}. */
  public ManualTime() {
    this(START);
  }

  /** A clock that stands at this time. */
  public ManualTime(Instant start) {
    now = requireNonNull(start, "start");
  }

  @Override
  public Instant instant() {
    return now;
  }

  /**
   * Moves the clock forward.
   *
   * @param step not negative: code under test may rely on time not running backwards
   * @return the new time
   */
  public Instant advance(Duration step) {
    if (step.isNegative()) {
      throw new IllegalArgumentException("time does not run backwards: " + step);
    }
    synchronized (lock) {
      Instant moved = now.plus(step);
      now = moved;
      return moved;
    }
  }
}
