package io.opamp4j.server;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/**
 * Work that is done because time passes. Contributed to the set of them; one thread runs all that
 * do not block, another all that do. A run that fails is logged, and the next one comes at its
 * time.
 *
 * @param name for people, such as {@code heartbeat sweep}
 * @param every the pause between the end of one run and the start of the next
 * @param blocking whether a run may wait for storage
 * @param task what to do, given the time
 */
public record PeriodicTask(String name, Duration every, boolean blocking, Consumer<Instant> task) {
  public PeriodicTask {
    requireNonNull(name, "name");
    if (every.isNegative() || every.isZero()) {
      throw new IllegalArgumentException("every must be positive: " + every);
    }
    requireNonNull(task, "task");
  }
}
