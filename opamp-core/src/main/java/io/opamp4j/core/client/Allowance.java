package io.opamp4j.core.client;

import java.time.Duration;
import java.time.Instant;

/**
 * How many messages a server may provoke without anything having changed (STAT-11): a few at once,
 * which covers every regular sequence, then no more until the period is over. A server that asks
 * for the full state in each answer thus cannot make a loop.
 *
 * @param since when the period began
 * @param spent how many were sent in it
 */
record Allowance(Instant since, int spent) {
  private static final int SIZE = 5;
  private static final Duration PERIOD = Duration.ofSeconds(30);

  static final Allowance FULL = new Allowance(Instant.EPOCH, 0);

  boolean allows(Instant now) {
    return spent < SIZE || !now.isBefore(refillsAt());
  }

  Allowance spend(Instant now) {
    return now.isBefore(refillsAt()) ? new Allowance(since, spent + 1) : new Allowance(now, 1);
  }

  Instant refillsAt() {
    return since.plus(PERIOD);
  }
}
