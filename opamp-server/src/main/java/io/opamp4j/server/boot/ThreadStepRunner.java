package io.opamp4j.server.boot;

import io.opamp4j.server.LifecycleStep;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs each action on a thread of its own, because only then can the caller go on when the action
 * hangs. Daemon threads: a hanging part does not keep the process alive.
 */
final class ThreadStepRunner implements StepRunner {

  @Override
  public void run(String name, LifecycleStep.Action action, Duration timeout) throws Exception {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              action.run();
              return null;
            });
    Thread thread = new Thread(task, "opamp-lifecycle " + name);
    thread.setDaemon(true);
    thread.start();
    try {
      task.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw unwrapped(e);
    } catch (TimeoutException e) {
      task.cancel(true);
      throw new TimeoutException("not done after " + timeout.toMillis() + " ms");
    } catch (InterruptedException e) {
      task.cancel(true);
      throw e;
    }
  }

  private static Exception unwrapped(ExecutionException e) {
    Throwable cause = e.getCause();
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof Exception exception ? exception : e;
  }
}
