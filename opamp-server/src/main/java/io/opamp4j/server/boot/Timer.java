package io.opamp4j.server.boot;

import io.opamp4j.server.PeriodicTask;
import io.opamp4j.server.Threads;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs every {@link PeriodicTask} of the server on two threads: one for those that never wait, one
 * for those that wait for storage.
 */
final class Timer {
  private static final long STOP_SECONDS = 10;
  private static final Logger log = LoggerFactory.getLogger(Timer.class);

  private final Set<PeriodicTask> tasks;
  private final InstantSource clock;
  private final ScheduledExecutorService prompt;
  private final ScheduledExecutorService patient;

  @Inject
  Timer(Set<PeriodicTask> tasks, InstantSource clock, Threads threads) {
    this.tasks = tasks;
    this.clock = clock;
    this.prompt = Executors.newSingleThreadScheduledExecutor(threads.named("timer"));
    this.patient = Executors.newSingleThreadScheduledExecutor(threads.named("timer-storage"));
  }

  void start() {
    for (PeriodicTask task : tasks) {
      long pause = task.every().toMillis();
      (task.blocking() ? patient : prompt)
          .scheduleWithFixedDelay(() -> run(task), pause, pause, TimeUnit.MILLISECONDS);
    }
  }

  /** Lets a run that has begun end, and begins no other. */
  void stop() throws InterruptedException {
    for (ScheduledExecutorService executor : List.of(prompt, patient)) {
      executor.shutdown();
    }
    for (ScheduledExecutorService executor : List.of(prompt, patient)) {
      if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        log.warn("a periodic task did not end within {} s", STOP_SECONDS);
      }
    }
  }

  void run(PeriodicTask task) {
    try {
      task.task().accept(clock.instant());
    } catch (RuntimeException e) {
      // Thrown on, it would silently end the schedule.
      log.error("{} failed and will be tried again", task.name(), e);
    }
  }
}
