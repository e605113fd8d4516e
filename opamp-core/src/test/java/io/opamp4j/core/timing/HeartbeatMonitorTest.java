package io.opamp4j.core.timing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HeartbeatMonitorTest {
  private final HeartbeatMonitor<String> monitor = new HeartbeatMonitor<>();

  @Test
  void aPeerIsOverdueFromItsDeadlineOn() {
    monitor.touched("a", at(10));

    assertThat(monitor.overdue(at(10).minusNanos(1))).isEmpty();
    assertThat(monitor.overdue(at(10))).containsExactly("a");
  }

  @Test
  void anOverduePeerIsReportedOnceAndForgotten() {
    monitor.touched("a", at(10));

    assertThat(monitor.overdue(at(11))).containsExactly("a");
    assertThat(monitor.overdue(at(100))).isEmpty();
    assertThat(monitor.size()).isZero();
  }

  @Test
  void aPeerThatComesBackIsWatchedAgain() {
    monitor.touched("a", at(10));
    assertThat(monitor.overdue(at(11))).containsExactly("a");

    monitor.touched("a", at(20));

    assertThat(monitor.overdue(at(19))).isEmpty();
    assertThat(monitor.overdue(at(20))).containsExactly("a");
  }

  @Test
  void aHeartbeatMovesTheDeadline() {
    monitor.touched("a", at(10));
    assertThat(monitor.overdue(at(9))).isEmpty();
    monitor.touched("a", at(19));

    assertThat(monitor.overdue(at(18))).isEmpty();
    assertThat(monitor.overdue(at(19))).containsExactly("a");
  }

  @Test
  void aDeadlineThatMovesForwardIsKept() {
    monitor.touched("a", at(100));
    assertThat(monitor.overdue(at(1))).isEmpty();
    monitor.touched("a", at(5));

    assertThat(monitor.overdue(at(5))).containsExactly("a");
    assertThat(monitor.overdue(at(100))).isEmpty();
  }

  @Test
  void aForgottenPeerIsNeverOverdue() {
    monitor.touched("a", at(10));
    assertThat(monitor.overdue(at(1))).isEmpty();
    monitor.forget("a");
    monitor.forget("unknown");

    assertThat(monitor.overdue(at(100))).isEmpty();
  }

  @Test
  void theMostOverdueComesFirst() {
    monitor.touched("late", at(9));
    monitor.touched("later", at(3));
    monitor.touched("latest", at(1));

    assertThat(monitor.overdue(at(10))).containsExactly("latest", "later", "late");
  }

  @Test
  void agreesWithAModelThatLooksAtEveryDeadline() {
    for (int seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      HeartbeatMonitor<Integer> monitored = new HeartbeatMonitor<>();
      Map<Integer, Instant> model = new HashMap<>();
      int keys = 1 + random.nextInt(40);
      long now = 0;
      for (int step = 0; step < 200; step++) {
        int key = random.nextInt(keys);
        switch (random.nextInt(5)) {
          case 0, 1, 2 -> {
            Instant deadline = at(now + random.nextInt(30) - 2);
            monitored.touched(key, deadline);
            model.put(key, deadline);
          }
          case 3 -> {
            monitored.forget(key);
            model.remove(key);
          }
          default -> {
            now += random.nextInt(5);
            Instant sweep = at(now);
            List<Integer> expected =
                model.keySet().stream().filter(k -> !model.get(k).isAfter(sweep)).toList();

            assertThat(monitored.overdue(sweep))
                .as("seed %d, step %d", seed, step)
                .containsExactlyInAnyOrderElementsOf(expected);
            expected.forEach(model::remove);
          }
        }
        assertThat(monitored.size()).as("seed %d, step %d", seed, step).isEqualTo(model.size());
      }
    }
  }

  @Test
  void memoryIsBoundedWhenDeadlinesJumpBackAndForth() {
    int sweeps = 10_000;
    for (int i = 0; i < sweeps; i++) {
      monitor.touched("a", at(1_000_000));
      assertThat(monitor.overdue(at(0))).isEmpty();
      monitor.touched("a", at(500_000 - i));
      assertThat(monitor.overdue(at(0))).isEmpty();
    }

    assertThat(monitor.places()).isLessThan(100);
  }

  @Test
  void memoryIsBoundedWhenPeersComeAndGo() {
    for (int i = 0; i < 100_000; i++) {
      monitor.touched("peer " + i, at(1_000_000));
      if (i % 100 == 0) {
        assertThat(monitor.overdue(at(0))).isEmpty();
      }
      monitor.forget("peer " + i);
    }
    assertThat(monitor.overdue(at(0))).isEmpty();

    assertThat(monitor.size()).isZero();
    assertThat(monitor.places()).isLessThan(200);
  }

  @Test
  void nobodyIsLostWhileManyThreadsTouchAndForget() throws Exception {
    int threads = 4;
    int keysPerThread = 50;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> writers = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        int seed = thread;
        writers.add(
            pool.submit(
                () -> {
                  Random random = new Random(seed);
                  for (int i = 0; i < 100_000; i++) {
                    String key = seed + "/" + random.nextInt(keysPerThread);
                    if (random.nextInt(4) == 0) {
                      monitor.forget(key);
                    } else {
                      monitor.touched(key, at(1_000 + random.nextInt(1_000)));
                    }
                  }
                  for (int key = 0; key < keysPerThread; key++) {
                    monitor.touched(seed + "/" + key, at(1_500 + random.nextInt(500)));
                  }
                }));
      }
      // Every deadline lies ahead of these sweeps, yet some places in the queue do not.
      while (!writers.stream().allMatch(Future::isDone)) {
        assertThat(monitor.overdue(at(999))).isEmpty();
      }
      for (Future<?> writer : writers) {
        writer.get(30, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }

    assertThat(monitor.overdue(at(1_499))).isEmpty();
    assertThat(monitor.overdue(at(2_000))).hasSize(threads * keysPerThread).doesNotHaveDuplicates();
  }

  private static Instant at(long second) {
    return Instant.ofEpochSecond(second);
  }
}
