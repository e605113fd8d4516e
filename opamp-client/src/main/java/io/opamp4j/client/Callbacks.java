package io.opamp4j.client;

import io.opamp4j.client.transport.DaemonThreads;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Calls the application's code, one call at a time and in order, on a thread of its own that comes
 * and goes with the work.
 */
final class Callbacks {
  private static final Logger LOG = System.getLogger(Callbacks.class.getName());
  private static final int WAITING = 256;

  private final ThreadPoolExecutor executor;

  Callbacks(String name) {
    executor =
        new ThreadPoolExecutor(
            1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), new DaemonThreads(name));
    executor.allowCoreThreadTimeOut(true);
  }

  /**
   * Runs this after everything given before.
   *
   * @param what for the log
   * @return false if too much is waiting already, in which case it is dropped
   */
  boolean run(String what, Runnable callback) {
    try {
      executor.execute(() -> guarded(what, callback));
      return true;
    } catch (RejectedExecutionException e) {
      LOG.log(Level.WARNING, "{0} was dropped: the application''s callbacks are too slow", what);
      return false;
    }
  }

  /** What to tell a server of a failure in the application. */
  static String reason(Throwable failure) {
    Throwable told =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String message = told.getMessage();
    return message == null || message.isBlank() ? told.getClass().getName() : message;
  }

  /** What was given before still runs; then the thread ends. */
  void close() {
    executor.shutdown();
  }

  private static void guarded(String what, Runnable callback) {
    try {
      callback.run();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.WARNING, what + " failed in the application", e);
    }
  }
}
