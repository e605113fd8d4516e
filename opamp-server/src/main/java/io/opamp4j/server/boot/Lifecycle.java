package io.opamp4j.server.boot;

import static java.util.Comparator.comparing;

import io.opamp4j.server.LifecycleStep;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the steps in order and stops them in reverse.
 *
 * <pre>
 * NEW --start--> RUNNING --stop--> STOPPED
 *  |                                  ^
 *  +--stop, or a start that fails-----+
 * </pre>
 *
 * <p>Thread-safe: {@code start} and {@code stop} exclude each other.
 */
final class Lifecycle {
  static final Duration START_TIMEOUT = Duration.ofSeconds(60);

  private static final Logger log = LoggerFactory.getLogger(Lifecycle.class);

  private final List<LifecycleStep> steps;
  private final StepRunner runner;
  private final Object lock = new Object();
  private final Deque<LifecycleStep> begun = new ArrayDeque<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private State state = State.NEW;

  Lifecycle(Collection<LifecycleStep> steps, StepRunner runner) {
    this.steps =
        steps.stream()
            .sorted(comparing(LifecycleStep::phase).thenComparing(LifecycleStep::name))
            .toList();
    this.runner = runner;
  }

  /**
   * Starts all steps. If one fails, those begun are stopped again, the failed one included.
   *
   * @throws StepFailedException if a step fails or takes too long
   * @throws IllegalStateException if it was started or stopped before
   */
  void start() throws StepFailedException {
    synchronized (lock) {
      if (state != State.NEW) {
        throw new IllegalStateException("cannot start when " + state);
      }
      for (LifecycleStep step : steps) {
        begun.push(step);
        try {
          runner.run("start " + step.name(), step.start(), START_TIMEOUT);
        } catch (Exception | Error e) {
          restoreInterrupt(e);
          stopBegun();
          throw new StepFailedException(step, e);
        }
        log.debug("started {}", step.name());
      }
      state = State.RUNNING;
    }
  }

  /** Stops what was begun. Returns when that is done, whoever does it. */
  void stop() {
    synchronized (lock) {
      stopBegun();
    }
  }

  /** Waits until everything has stopped. */
  void awaitStopped() throws InterruptedException {
    stopped.await();
  }

  private void stopBegun() {
    // An interrupt must not cut the stop short: storage is written out here.
    boolean interrupted = Thread.interrupted();
    while (!begun.isEmpty()) {
      LifecycleStep step = begun.pop();
      try {
        runner.run("stop " + step.name(), step.stop(), step.stopTimeout());
        log.debug("stopped {}", step.name());
      } catch (Exception | Error e) {
        interrupted |= e instanceof InterruptedException;
        log.warn("{} did not stop cleanly", step.name(), e);
      }
    }
    state = State.STOPPED;
    stopped.countDown();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static void restoreInterrupt(Throwable e) {
    if (e instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  private enum State {
    NEW,
    RUNNING,
    STOPPED
  }

  /** A step could not be started. */
  static final class StepFailedException extends Exception {
    private static final long serialVersionUID = 1;

    private final LifecycleStep.Phase phase;

    StepFailedException(LifecycleStep step, Throwable cause) {
      super("cannot start " + step.name(), cause);
      this.phase = step.phase();
    }

    LifecycleStep.Phase phase() {
      return phase;
    }
  }
}
