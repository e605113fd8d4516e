package io.opamp4j.core.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * A world with one source of chance and one of time. Things happen when {@link #run} says so, in
 * the order of their times; equal times keep the order in which they were planned.
 */
final class Simulation {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  final SplittableRandom random;
  private final PriorityQueue<Planned> agenda =
      new PriorityQueue<>(Comparator.comparing(Planned::at).thenComparing(Planned::order));
  private Instant now = START;
  private long order;
  private boolean noisy = true;

  private record Planned(Instant at, long order, Runnable action) {}

  Simulation(long seed) {
    random = new SplittableRandom(seed);
  }

  Instant now() {
    return now;
  }

  /** Whether the world still loses, doubles and reorders. */
  boolean noisy() {
    return noisy;
  }

  void calmDown() {
    noisy = false;
  }

  void at(Instant time, Runnable action) {
    agenda.add(new Planned(time, order++, action));
  }

  void after(Duration delay, Runnable action) {
    at(now.plus(delay), action);
  }

  Duration upTo(Duration most) {
    return Duration.ofMillis(random.nextLong(most.toMillis() + 1));
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** Lets everything happen that is due until this time. */
  void run(Instant until) {
    while (!agenda.isEmpty() && !agenda.peek().at().isAfter(until)) {
      Planned next = agenda.poll();
      now = next.at();
      next.action().run();
    }
    now = until;
  }
}
