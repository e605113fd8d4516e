package io.opamp4j.client;

import io.opamp4j.core.timing.TimeSource;
import java.time.Instant;
import java.time.InstantSource;

/**
 * The time of day at the start, and from then on elapsed time. Setting the machine's clock moves no
 * deadline.
 */
final class SteadyClock implements TimeSource {
  private final Instant start = InstantSource.system().instant();
  private final long startNanos = System.nanoTime();

  @Override
  public Instant instant() {
    return start.plusNanos(System.nanoTime() - startNanos);
  }
}
