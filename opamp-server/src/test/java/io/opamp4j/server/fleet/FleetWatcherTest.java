package io.opamp4j.server.fleet;

import static io.opamp4j.server.fleet.FleetFixture.NOW;
import static io.opamp4j.server.fleet.FleetFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class FleetWatcherTest {
  private final Flaky documents = new Flaky(FleetFixture.documents());
  private final ConfigurationStore store = FleetFixture.store(documents);
  private final FleetFixture.Feed feed = new FleetFixture.Feed();
  private final FleetFixture.Later executor = new FleetFixture.Later();
  private final FleetWatcher watcher =
      new FleetWatcher(FleetFixture.reader(documents), feed, executor);
  private final List<String> seen = new ArrayList<>();

  @Test
  void hasEverythingAfterStartAlsoBeyondOnePage() {
    for (int i = 0; i < 1_201; i++) {
      store.create("c" + i, spec("n=" + i, 0, "body " + i), false);
    }

    watcher.start();

    assertThat(chosen(watcher.current(), "0")).isEqualTo("c0 v1");
    assertThat(chosen(watcher.current(), "1200")).isEqualTo("c1200 v1");
  }

  @Test
  void doesNotStartWithAFleetThatIsEmptyByMistake() {
    documents.broken = true;

    assertThatExceptionOfType(StorageException.class).isThrownBy(watcher::start);
  }

  @Test
  void manyHintsBecomeOneRead() {
    watcher.start();
    watcher.subscribe(view -> seen.add(chosen(view, "1")));
    store.create("web", spec("", 0, "x"), false);
    int before = documents.reads;

    for (int i = 0; i < 100; i++) {
      feed.hint(ConfigurationStore.KIND);
    }
    assertThat(executor.waiting()).isEqualTo(1);
    executor.runAll();

    assertThat(documents.reads - before).isEqualTo(1);
    assertThat(seen).containsExactly("web v1");
  }

  @Test
  void hintsAboutOtherKindsAreNotItsBusiness() {
    watcher.start();

    feed.hint("order");

    assertThat(executor.waiting()).isZero();
  }

  @Test
  void aRequestDuringAReadGetsAReadOfItsOwn() {
    watcher.start();
    List<CompletableFuture<FleetView>> second = new ArrayList<>();
    documents.duringRead = () -> second.add(watcher.refresh().toCompletableFuture());

    CompletableFuture<FleetView> first = watcher.refresh().toCompletableFuture();
    executor.runAll();

    assertThat(first).isDone();
    assertThat(second).hasSize(2);
    assertThat(second.get(0)).isDone().isNotSameAs(first);
  }

  @Test
  void anUnchangedFleetKeepsItsIdentityAndTellsNobody() {
    store.create("web", spec("", 0, "x"), false);
    watcher.start();
    FleetView before = watcher.current();
    watcher.subscribe(view -> seen.add("called"));

    watcher.refresh();
    executor.runAll();

    assertThat(watcher.current()).isSameAs(before);
    assertThat(seen).isEmpty();
  }

  @Test
  void noticesAConfigurationThatWasRemovedAndMadeAnewAtTheSameVersion() {
    store.create("web", spec("", 0, "old"), false);
    watcher.start();
    store.remove("web", 1);
    Configuration anew = store.create("web", spec("", 0, "new"), false);

    watcher.refresh();
    executor.runAll();

    assertThat(
            watcher
                .current()
                .resolve(
                    AgentToServer.getDefaultInstance(),
                    AgentNote.ofLabels(Map.of()),
                    Components.UNKNOWN)
                .offers()
                .getRemoteConfig()
                .getConfigHash())
        .isEqualTo(anew.hash().bytes());
  }

  @Test
  void aListenerThatFailsHarmsNoOtherAndLosesNothingLater() {
    watcher.start();
    watcher.subscribe(
        view -> {
          seen.add("first");
          throw new IllegalStateException("on purpose");
        });
    watcher.subscribe(view -> seen.add("second " + chosen(view, "1")));

    store.create("web", spec("", 0, "x"), false);
    CompletableFuture<FleetView> refreshed = watcher.refresh().toCompletableFuture();
    executor.runAll();
    store.replace("web", spec("", 0, "y"), false, 1);
    watcher.refresh();
    executor.runAll();

    assertThat(refreshed).isCompletedWithValueMatching(view -> chosen(view, "1").equals("web v1"));
    assertThat(seen).containsExactly("first", "second web v1", "first", "second web v2");
  }

  @Test
  void whenTheStoreFailsTheViewStaysAndTheNextReadCatchesUp() {
    store.create("web", spec("", 0, "x"), false);
    watcher.start();
    FleetView before = watcher.current();
    store.remove("web", 1);

    documents.broken = true;
    CompletableFuture<FleetView> failed = watcher.refresh().toCompletableFuture();
    executor.runAll();
    assertThat(failed).isCompletedWithValue(before);

    documents.broken = false;
    watcher.refresh();
    executor.runAll();
    assertThat(chosen(watcher.current(), "1")).isEmpty();
  }

  @Test
  void anUnreadableDocumentDoesNotHideTheOthers() {
    documents.put(ConfigurationStore.KIND, "bad", ByteString.copyFromUtf8("?"), 0);
    store.create("web", spec("", 0, "x"), false);

    watcher.start();

    assertThat(chosen(watcher.current(), "1")).isEqualTo("web v1");
  }

  @Test
  void ticksReadAgainOnlyAfterTheInterval() {
    watcher.start();

    watcher.tick(NOW);
    executor.runAll();
    watcher.tick(NOW.plus(FleetWatcher.REREAD_INTERVAL).minusMillis(1));
    assertThat(executor.waiting()).isZero();
    store.create("web", spec("", 0, "x"), false);
    watcher.tick(NOW.plus(FleetWatcher.REREAD_INTERVAL));
    executor.runAll();

    assertThat(chosen(watcher.current(), "1")).isEqualTo("web v1");
  }

  @Test
  void closingEndsTheSubscriptionAndLaterRequestsAnswerAtOnce() {
    watcher.start();
    FleetView last = watcher.current();

    watcher.close();
    watcher.close();

    assertThat(feed.subscriptions()).isZero();
    assertThat(executor.isShutdown()).isTrue();
    assertThat(watcher.refresh().toCompletableFuture()).isCompletedWithValue(last);
    assertThat(watcher.refresh().toCompletableFuture()).isCompletedWithValue(last);
  }

  private static String chosen(FleetView view, String n) {
    return view.resolve(
            AgentToServer.getDefaultInstance(),
            AgentNote.ofLabels(Map.of("n", n)),
            Components.UNKNOWN)
        .configName();
  }

  /** Counts listings, and fails when told to. */
  private static final class Flaky implements DocumentStore {
    private final DocumentStore store;
    private boolean broken;
    private int reads;
    private Runnable duringRead = () -> {};

    Flaky(DocumentStore store) {
      this.store = store;
    }

    @Override
    public Page<Document> list(String kind, Optional<String> after, int limit) {
      if (broken) {
        throw new StorageException("broken on purpose", true, null);
      }
      if (!kind.equals(ConfigurationStore.KIND)) {
        return store.list(kind, after, limit);
      }
      reads++;
      // Twice at most: what it does may lead to another read.
      if (reads <= 3) {
        duringRead.run();
      }
      return store.list(kind, after, limit);
    }

    @Override
    public Optional<Document> find(String kind, String id) {
      return store.find(kind, id);
    }

    @Override
    public Document put(String kind, String id, ByteString body, long expectedVersion) {
      return store.put(kind, id, body, expectedVersion);
    }

    @Override
    public void remove(String kind, String id, long expectedVersion) {
      store.remove(kind, id, expectedVersion);
    }

    @Override
    public List<String> kinds() {
      return store.kinds();
    }

    @Override
    public void restore(Document document) {
      store.restore(document);
    }
  }
}
