package io.opamp4j.testkit.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** A list that grows, and a reader that waits for what it has not read yet. For any thread. */
final class Recorded<T> {
  private final Object lock = new Object();
  private final List<T> all = new ArrayList<>();
  private int read;

  void add(T element) {
    synchronized (lock) {
      all.add(element);
      lock.notifyAll();
    }
  }

  List<T> all() {
    synchronized (lock) {
      return List.copyOf(all);
    }
  }

  /** The next one of these; those before it count as read. Empty if none comes in time. */
  Optional<T> await(Predicate<? super T> wanted, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    synchronized (lock) {
      int at = read;
      while (true) {
        for (; at < all.size(); at++) {
          if (wanted.test(all.get(at))) {
            read = at + 1;
            return Optional.of(all.get(at));
          }
        }
        long millis = (end - System.nanoTime() + 999_999) / 1_000_000;
        if (millis <= 0) {
          return Optional.empty();
        }
        lock.wait(millis);
      }
    }
  }
}
