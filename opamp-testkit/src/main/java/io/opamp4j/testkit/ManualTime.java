package io.opamp4j.testkit;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.timing.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A clock that moves only when a test moves it. Any thread may read and move it. A client of this
 * project runs on it (see {@code ClientBuilder.time}), so that its timers are tested without
 * waiting for them.
 */
public final class ManualTime implements TimeSource {
  /** Where every new clock stands. */
  public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private final Object lock = new Object();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
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

  @Override
  public boolean passes() {
    return false;
  }

  @Override
  public void onMove(Runnable listener) {
    listeners.add(requireNonNull(listener, "listener"));
  }

  /**
   * Moves the clock forward, and then tells those who sleep by it. What they do about it may take
   * longer than this call.
   *
   * @param step not negative: code under test may rely on time not running backwards
   * @return the new time
   */
  public Instant advance(Duration step) {
    if (step.isNegative()) {
      throw new IllegalArgumentException("time does not run backwards: " + step);
    }
    Instant moved;
    synchronized (lock) {
      moved = now.plus(step);
      now = moved;
    }
    listeners.forEach(Runnable::run);
    return moved;
  }
}
