package io.opamp4j.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.storage.ChangeFeed.Change;
import io.opamp4j.storage.ChangeFeed.Subscription;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalChangeFeedTest {
  private final LocalChangeFeed feed = new LocalChangeFeed("test");
  private final BlockingQueue<Change> heard = new LinkedBlockingQueue<>();

  @AfterEach
  void closes() {
    feed.close();
  }

  @Test
  void tellsEveryListenerInOrder() throws Exception {
    BlockingQueue<Change> heardByOther = new LinkedBlockingQueue<>();
    feed.subscribe(heard::add);
    feed.subscribe(heardByOther::add);
    feed.publish("k", "a");
    feed.publish("k", "b");

    for (BlockingQueue<Change> each : List.of(heard, heardByOther)) {
      assertThat(next(each)).isEqualTo(new Change("k", "a"));
      assertThat(next(each)).isEqualTo(new Change("k", "b"));
    }
  }

  @Test
  void callsOnADaemonThreadOfItsOwnThatSaysWhoseItIs() throws Exception {
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    feed.subscribe(change -> threads.add(Thread.currentThread()));
    feed.publish("k", "a");

    Thread thread = threads.poll(10, TimeUnit.SECONDS);
    assertThat(thread).isNotNull().isNotSameAs(Thread.currentThread());
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread.getName()).isEqualTo("test-change-feed");
  }

  @Test
  void aThrowingListenerHindersNeitherTheOthersNorLaterChanges() throws Exception {
    feed.subscribe(
        change -> {
          throw new IllegalStateException("expected in this test");
        });
    feed.subscribe(
        change -> {
          throw new AssertionError("expected in this test");
        });
    feed.subscribe(heard::add);
    feed.publish("k", "a");
    feed.publish("k", "b");

    assertThat(next(heard).id()).isEqualTo("a");
    assertThat(next(heard).id()).isEqualTo("b");
  }

  @Test
  void aClosedSubscriptionHearsNothingMoreAndOthersStillDo() throws Exception {
    List<Change> heardByClosed = new ArrayList<>();
    Subscription closed = feed.subscribe(heardByClosed::add);
    feed.subscribe(heard::add);
    closed.close();
    closed.close();
    feed.publish("k", "a");

    next(heard);
    assertThat(heardByClosed).isEmpty();
  }

  @Test
  void theSameConsumerSubscribedTwiceHearsTwiceAndClosesOneByOne() throws Exception {
    Consumer<Change> consumer = heard::add;
    Subscription first = feed.subscribe(consumer);
    feed.subscribe(consumer);
    feed.publish("k", "a");
    next(heard);
    next(heard);

    first.close();
    feed.publish("k", "b");
    feed.publish("k", "c");
    assertThat(List.of(next(heard).id(), next(heard).id())).containsExactly("b", "c");
  }

  @Test
  void dropsChangesInsteadOfBlockingOrGrowingWhenAListenerHangs() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    feed.subscribe(
        change -> {
          heard.add(change);
          inside.countDown();
          awaitUnchecked(release);
        });
    feed.publish("k", "first");
    assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < 2 * LocalChangeFeed.CAPACITY; i++) {
      feed.publish("k", "i" + i);
    }
    release.countDown();

    for (int i = 0; i < LocalChangeFeed.CAPACITY + 1; i++) {
      next(heard);
    }
    feed.publish("k", "last");
    assertThat(next(heard).id()).isEqualTo("last");
  }

  @Test
  void aListenerMayCloseTheFeedItIsCalledBy() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    feed.subscribe(
        change -> {
          feed.close();
          done.countDown();
        });
    feed.publish("k", "a");
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void onceClosedItTakesNoSubscriptionAndIgnoresChanges() {
    feed.subscribe(heard::add);
    feed.close();
    feed.close();
    feed.publish("k", "a");

    assertThatThrownBy(() -> feed.subscribe(heard::add))
        .isInstanceOfSatisfying(StorageException.class, e -> assertThat(e.retryable()).isFalse());
    assertThat(heard).isEmpty();
  }

  private static Change next(BlockingQueue<Change> queue) throws InterruptedException {
    Change change = queue.poll(10, TimeUnit.SECONDS);
    assertThat(change).isNotNull();
    return change;
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
