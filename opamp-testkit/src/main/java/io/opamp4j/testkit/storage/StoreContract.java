package io.opamp4j.testkit.storage;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.opamp4j.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What the contracts share: the backend is opened before each test and closed after it. */
public abstract class StoreContract {
  private static final long PATIENCE_SECONDS = 60;

  /** The opened backend. */
  protected Stores stores;

  private StorageFixture fixture;

  /** A new fixture for one test method; JUnit has filled in the test's own fields by then. */
  protected abstract StorageFixture fixture();

  @BeforeEach
  protected void openStores() {
    fixture = fixture();
    stores = fixture.open();
  }

  @AfterEach
  protected void closeStores() {
    if (fixture != null) {
      fixture.close();
    }
  }

  /** Closes and opens the backend again; skips the test for one that keeps nothing. */
  final void reopenDurable() {
    fixture.notDurableBecause().ifPresent(because -> assumeTrue(false, because));
    stores = fixture.reopen();
  }

  /** Runs the tasks at once, each on a thread of its own, and returns their results in order. */
  static <T> List<T> together(int threads, IntFunction<Callable<T>> task) throws Exception {
    ExecutorService executor = Executors.newFixedThreadPool(threads);
    CyclicBarrier start = new CyclicBarrier(threads);
    try {
      List<Future<T>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        Callable<T> mine = task.apply(i);
        running.add(
            executor.submit(
                () -> {
                  start.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                  return mine.call();
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> each : running) {
        results.add(each.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
      }
      return results;
    } catch (ExecutionException e) {
      throw new AssertionError("a concurrent task failed", e.getCause());
    } finally {
      executor.shutdownNow();
    }
  }

  /** The call fails as one on a closed backend must: for good. */
  static void assertClosed(ThrowingCallable call) {
    assertThatThrownBy(call)
        .asInstanceOf(InstanceOfAssertFactories.type(StorageException.class))
        .matches(e -> !e.retryable(), "is not retryable");
  }
}
