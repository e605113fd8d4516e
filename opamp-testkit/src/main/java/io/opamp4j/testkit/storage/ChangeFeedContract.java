package io.opamp4j.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.storage.ChangeFeed.Change;
import io.opamp4j.storage.ChangeFeed.Subscription;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.VersionConflictException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What every {@link io.opamp4j.storage.ChangeFeed} must do while nothing is broken: hints arrive,
 * and none tells of a change that did not happen. Repeated hints are allowed.
 */
public abstract class ChangeFeedContract extends StoreContract {
  private static final String KIND = "configuration";
  private static final long PATIENCE_SECONDS = 30;

  private final BlockingQueue<Change> heard = new LinkedBlockingQueue<>();

  @Test
  void tellsOfCreationReplacementAndRemoval() throws Exception {
    stores.changes().subscribe(heard::add);
    put("created", DocumentStore.ABSENT);
    awaitChange("created");
    put("replaced", DocumentStore.ABSENT);
    put("replaced", 1);
    awaitChange("replaced");
    stores.documents().remove(KIND, "created", 1);
    put("end", DocumentStore.ABSENT);

    awaitChange("end");
  }

  @Test
  void tellsOfARemoval() throws Exception {
    put("removed", DocumentStore.ABSENT);
    stores.changes().subscribe(heard::add);
    stores.documents().remove(KIND, "removed", 1);

    awaitChange("removed");
  }

  @Test
  void whoeverHearsOfAChangeCanReadIt() throws Exception {
    BlockingQueue<Long> versions = new LinkedBlockingQueue<>();
    stores
        .changes()
        .subscribe(
            change ->
                versions.add(
                    stores
                        .documents()
                        .find(change.kind(), change.id())
                        .map(Document::version)
                        .orElse(0L)));
    put("a", DocumentStore.ABSENT);

    assertThat(versions.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(1);
  }

  @Test
  void tellsNothingOfAWriteThatWasRefused() throws Exception {
    put("kept", DocumentStore.ABSENT);
    stores.changes().subscribe(heard::add);
    assertThatThrownBy(() -> put("refused", 7)).isInstanceOf(VersionConflictException.class);
    assertThatThrownBy(() -> stores.documents().remove(KIND, "refused", 7))
        .isInstanceOf(VersionConflictException.class);
    put("end", DocumentStore.ABSENT);

    for (Change change = next(); !change.id().equals("end"); change = next()) {
      assertThat(change.id()).isNotEqualTo("refused");
    }
  }

  @Test
  void callsOnAThreadOfTheBackend() throws Exception {
    BlockingQueue<Thread> threads = new LinkedBlockingQueue<>();
    stores.changes().subscribe(change -> threads.add(Thread.currentThread()));
    put("a", DocumentStore.ABSENT);

    assertThat(threads.poll(PATIENCE_SECONDS, TimeUnit.SECONDS))
        .isNotNull()
        .isNotSameAs(Thread.currentThread());
  }

  @Test
  void aThrowingListenerHindersNeitherTheOthersNorLaterChanges() throws Exception {
    stores
        .changes()
        .subscribe(
            change -> {
              throw new IllegalStateException("thrown by a listener, as this test wants");
            });
    stores.changes().subscribe(heard::add);
    put("a", DocumentStore.ABSENT);
    awaitChange("a");
    put("b", DocumentStore.ABSENT);
    awaitChange("b");
  }

  @Test
  void aClosedSubscriptionHearsNothingOfLaterChanges() throws Exception {
    BlockingQueue<Change> heardByClosed = new LinkedBlockingQueue<>();
    Subscription closed = stores.changes().subscribe(heardByClosed::add);
    stores.changes().subscribe(heard::add);
    closed.close();
    closed.close();
    put("a", DocumentStore.ABSENT);

    awaitChange("a");
    assertThat(heardByClosed).isEmpty();
  }

  @Test
  void refusesASubscriptionOnceClosed() {
    Subscription subscription = stores.changes().subscribe(heard::add);
    stores.storage().close();

    assertClosed(() -> stores.changes().subscribe(heard::add));
    subscription.close();
  }

  private void put(String id, long expectedVersion) {
    stores.documents().put(KIND, id, ByteString.EMPTY, expectedVersion);
  }

  private void awaitChange(String id) throws InterruptedException {
    Change change = next();
    while (!change.id().equals(id)) {
      change = next();
    }
    assertThat(change).isEqualTo(new Change(KIND, id));
  }

  private Change next() throws InterruptedException {
    Change change = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    assertThat(change).as("the next hint").isNotNull();
    return change;
  }
}
