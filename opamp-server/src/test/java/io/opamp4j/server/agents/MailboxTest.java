package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MailboxTest {
  private final Deque<Runnable> workers = new ArrayDeque<>();
  private final List<Object> done = new ArrayList<>();
  private final Mailbox mailbox = new Mailbox(workers::add);

  @Test
  void worksInOrderAndOnOneWorkerAtATime() {
    IntStream.range(0, 40).forEach(i -> mailbox.post(() -> done.add(i)));
    assertThat(workers).as("scheduled once, however much is posted").hasSize(1);
    run();
    assertThat(done).isEqualTo(IntStream.range(0, 40).boxed().toList());
  }

  @Test
  void letsOtherAgentsHaveATurn() {
    IntStream.range(0, 40).forEach(i -> mailbox.post(() -> done.add(i)));
    workers.poll().run();
    assertThat(done).hasSizeLessThan(40).isNotEmpty();
    assertThat(workers).as("the rest waits for another turn").hasSize(1);
  }

  @Test
  void refusesThePeerWhatIsTooMuchButNeverTheServer() {
    for (int i = 0; i < Mailbox.CAPACITY; i++) {
      assertThat(mailbox.offer(1, 100, () -> done.add("peer"))).isTrue();
    }
    assertThat(mailbox.offer(1, 100, () -> done.add("too much"))).isFalse();
    mailbox.post(() -> done.add("server"));
    run();
    assertThat(done).hasSize(Mailbox.CAPACITY + 1).endsWith("server").doesNotContain("too much");
    assertThat(mailbox.offer(1, 100, () -> done.add("later"))).as("room again").isTrue();
  }

  @Test
  void goesOnAfterWorkThatFails() {
    mailbox.post(
        () -> {
          throw new IllegalStateException("on purpose");
        });
    mailbox.post(
        () -> {
          throw new StackOverflowError("on purpose");
        });
    mailbox.post(() -> done.add("later"));
    run();
    assertThat(done).containsExactly("later");
  }

  @Test
  void losesNothingWhenManyThreadsPost() throws InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    Mailbox busy = new Mailbox(pool);
    int[] count = {0}; // written only by the mailbox's work, which never overlaps
    ExecutorService posters = Executors.newFixedThreadPool(4);
    for (int i = 0; i < 20_000; i++) {
      posters.execute(() -> busy.post(() -> count[0]++));
    }
    posters.shutdown();
    assertThat(posters.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    CountDownLatch seen = new CountDownLatch(1);
    busy.post(seen::countDown);
    assertThat(seen.await(30, TimeUnit.SECONDS)).isTrue();
    pool.shutdown();
    assertThat(count[0]).isEqualTo(20_000);
  }

  private void run() {
    while (!workers.isEmpty()) {
      workers.poll().run();
    }
  }
}
