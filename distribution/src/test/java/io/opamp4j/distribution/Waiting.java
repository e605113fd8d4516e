package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/** Waits that end. */
final class Waiting {
  static final long SECONDS = 30;

  private Waiting() {}

  static <T> T take(BlockingQueue<T> queue, String what) {
    try {
      T next = queue.poll(SECONDS, TimeUnit.SECONDS);
      assertThat(next).as("%s within %d s", what, SECONDS).isNotNull();
      return next;
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while waiting for " + what, e);
    }
  }
}
