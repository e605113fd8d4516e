package io.opamp4j.examples.managedapp;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The application itself, which knows nothing of OpAMP: says the same thing again and again, on a
 * thread of its own. Thread-safe.
 */
final class Greeter implements AutoCloseable {
  private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
  private final InstantSource clock;
  private final Consumer<String> output;
  private GreeterConfig config;
  private Instant startedAt;
  private ScheduledFuture<?> greetings;

  Greeter(GreeterConfig config, InstantSource clock, Consumer<String> output) {
    this.config = config;
    this.clock = clock;
    this.output = output;
    this.startedAt = clock.instant();
    this.greetings = schedule(config);
  }

  synchronized GreeterConfig config() {
    return config;
  }

  synchronized Instant startedAt() {
    return startedAt;
  }

  /** Greets like this from now on. */
  synchronized void configure(GreeterConfig next) {
    greetings.cancel(false);
    config = next;
    greetings = schedule(next);
  }

  /** Begins anew with the configuration at hand. */
  synchronized void restart() {
    configure(config);
    startedAt = clock.instant();
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }

  private ScheduledFuture<?> schedule(GreeterConfig now) {
    String greeting = now.upperCase() ? now.message().toUpperCase(Locale.ROOT) : now.message();
    return thread.scheduleAtFixedRate(
        () -> output.accept(greeting),
        now.intervalSeconds(),
        now.intervalSeconds(),
        TimeUnit.SECONDS);
  }
}
