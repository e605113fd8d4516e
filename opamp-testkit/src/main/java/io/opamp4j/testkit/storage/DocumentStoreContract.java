package io.opamp4j.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.VersionConflictException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What every {@link DocumentStore} must do. */
public abstract class DocumentStoreContract extends StoreContract {
  private static final long SEED = 20261122;
  private static final String KIND = "configuration";
  private static final int MEBIBYTE = 1 << 20;
  private static final ByteString BODY = ByteString.copyFromUtf8("body");

  @Test
  void findsNothingInAnEmptyStore() {
    assertThat(stores.documents().find(KIND, "a")).isEmpty();
    assertThat(list(Optional.empty(), 10)).isEqualTo(new Page<>(List.of(), false));
  }

  @Test
  void countsVersionsFromOne() {
    assertThat(put("a", BODY, DocumentStore.ABSENT).version()).isEqualTo(1);
    assertThat(put("a", BODY, 1).version()).isEqualTo(2);
    assertThat(put("a", BODY, 2).version()).isEqualTo(3);
  }

  @Test
  void returnsADocumentAsPutSaidItWasWritten() {
    Instant before = Instant.now().minusSeconds(3600);
    Document written = put("a", BODY, DocumentStore.ABSENT);

    assertThat(written.kind()).isEqualTo(KIND);
    assertThat(written.id()).isEqualTo("a");
    assertThat(written.body()).isEqualTo(BODY);
    assertThat(written.modified()).isBetween(before, Instant.now().plusSeconds(3600));
    assertThat(stores.documents().find(KIND, "a")).contains(written);
    assertThat(list(Optional.empty(), 10).items()).containsExactly(written);
  }

  @Test
  void keepsBodiesOfAnySizeAndReplacesOneByAnother() {
    long version = DocumentStore.ABSENT;
    for (int size : new int[] {0, 1, 255, 257, 65_537, MEBIBYTE, MEBIBYTE + 1, 3 * MEBIBYTE, 0}) {
      ByteString body = randomBytes(size);
      version = put("a", body, version).version();
      assertThat(stores.documents().find(KIND, "a").orElseThrow().body().equals(body))
          .as("body of %d bytes", size)
          .isTrue();
    }
  }

  @Test
  void theSameIdInTwoKindsIsTwoDocuments() {
    stores.documents().put("one", "a", BODY, DocumentStore.ABSENT);
    stores.documents().put("two", "a", ByteString.EMPTY, DocumentStore.ABSENT);
    stores.documents().remove("one", "a", 1);

    assertThat(stores.documents().find("one", "a")).isEmpty();
    assertThat(stores.documents().find("two", "a")).isPresent();
    assertThat(stores.documents().list("one", Optional.empty(), 10).items()).isEmpty();
  }

  @Test
  void idsThatDifferOnlyInCaseAccentOrPaddingAreDifferentDocuments() {
    List<String> ids = List.of("a", "A", "a ", " a", "ä", "a\u0308", "a\u0000", "%", "_", "'");
    ids.forEach(id -> put(id, ByteString.copyFromUtf8(id), DocumentStore.ABSENT));

    ids.forEach(
        id ->
            assertThat(stores.documents().find(KIND, id).orElseThrow().body().toStringUtf8())
                .isEqualTo(id));
  }

  @Test
  void aPutThatExpectsAnotherVersionChangesNothing() {
    assertConflict(() -> put("a", BODY, 1), DocumentStore.ABSENT);
    assertConflict(() -> put("a", BODY, -1), DocumentStore.ABSENT);
    Document current = put("a", BODY, DocumentStore.ABSENT);
    current = put("a", BODY, current.version());

    for (long wrong : new long[] {DocumentStore.ABSENT, 1, 3, -1, Long.MAX_VALUE}) {
      assertConflict(() -> put("a", ByteString.EMPTY, wrong), 2);
    }
    assertThat(stores.documents().find(KIND, "a")).contains(current);
  }

  @Test
  void aRemovalThatExpectsAnotherVersionChangesNothing() {
    assertConflict(() -> stores.documents().remove(KIND, "a", 1), DocumentStore.ABSENT);
    assertConflict(
        () -> stores.documents().remove(KIND, "a", DocumentStore.ABSENT), DocumentStore.ABSENT);
    Document current = put("a", BODY, DocumentStore.ABSENT);

    assertConflict(() -> stores.documents().remove(KIND, "a", 2), 1);
    assertConflict(() -> stores.documents().remove(KIND, "a", DocumentStore.ABSENT), 1);
    assertThat(stores.documents().find(KIND, "a")).contains(current);
  }

  @Test
  void aRemovedDocumentStartsAtVersionOneAgain() {
    put("a", BODY, DocumentStore.ABSENT);
    put("a", BODY, 1);
    stores.documents().remove(KIND, "a", 2);

    assertThat(stores.documents().find(KIND, "a")).isEmpty();
    assertThat(put("a", BODY, DocumentStore.ABSENT).version()).isEqualTo(1);
  }

  @Test
  void ofManyThatReplaceTheSameVersionExactlyOneWins() throws Exception {
    int threads = 6;
    for (int round = 0; round < 15; round++) {
      long expected = round;
      List<Boolean> won =
          together(threads, thread -> () -> wins(() -> put("a", body(thread), expected)));

      assertThat(won).as("winners of version %d", expected + 1).containsOnlyOnce(true);
      Document now = stores.documents().find(KIND, "a").orElseThrow();
      assertThat(now.version()).isEqualTo(expected + 1);
      assertThat(now.body()).isEqualTo(body(won.indexOf(true)));
    }
  }

  @Test
  void ofManyThatRemoveAndReplaceTheSameVersionExactlyOneWins() throws Exception {
    for (int round = 0; round < 15; round++) {
      String id = "a" + round;
      put(id, BODY, DocumentStore.ABSENT);
      List<Boolean> won =
          together(
              4,
              thread ->
                  () ->
                      wins(
                          () -> {
                            if (thread % 2 == 0) {
                              stores.documents().remove(KIND, id, 1);
                            } else {
                              put(id, body(thread), 1);
                            }
                          }));
      assertThat(won).as("winners in round %d", round).containsOnlyOnce(true);
      assertThat(stores.documents().find(KIND, id).isPresent())
          .isEqualTo(won.indexOf(true) % 2 == 1);
    }
  }

  @Test
  void countersIncrementedByCompareAndSetLoseNothing() throws Exception {
    int perThread = 25;
    together(
        4,
        thread ->
            () -> {
              for (int done = 0; done < perThread; ) {
                long current = stores.documents().find(KIND, "a").map(Document::version).orElse(0L);
                if (wins(() -> put("a", BODY, current))) {
                  done++;
                }
              }
              return null;
            });
    assertThat(stores.documents().find(KIND, "a").orElseThrow().version()).isEqualTo(4 * perThread);
  }

  @Test
  void listsInTheOrderOfCodePoints() {
    List<String> sorted =
        List.of(
            "\u0000",
            " ",
            "-",
            "0",
            "10",
            "9",
            "A",
            "B",
            "a",
            "aa",
            "b",
            "~",
            "\u00E4",
            "\u4E2D",
            "\uE000",
            "\uFF5E",
            "\uFFFF",
            "\uD800\uDC00",
            "\uD83D\uDE00",
            "\uDBFF\uDFFF");
    List<String> shuffled = new ArrayList<>(sorted);
    Collections.shuffle(shuffled, new Random(SEED));
    shuffled.forEach(id -> put(id, BODY, DocumentStore.ABSENT));

    for (int limit = 1; limit <= sorted.size() + 1; limit++) {
      assertThat(allIds(limit)).as("in pages of %d", limit).isEqualTo(sorted);
    }
  }

  @Test
  void continuesAfterAnIdThatIsNotThere() {
    put("a", BODY, DocumentStore.ABSENT);
    put("c", BODY, DocumentStore.ABSENT);

    assertThat(list(Optional.of("b"), 10).items()).extracting(Document::id).containsExactly("c");
    assertThat(list(Optional.of("c"), 10)).isEqualTo(new Page<>(List.of(), false));
  }

  @Test
  void saysWhetherThereIsMoreExactlyAtTheEdge() {
    List.of("a", "b", "c").forEach(id -> put(id, BODY, DocumentStore.ABSENT));

    assertThat(list(Optional.empty(), 2).more()).isTrue();
    assertThat(list(Optional.empty(), 3).more()).isFalse();
    assertThat(list(Optional.empty(), 4).more()).isFalse();
    assertThat(list(Optional.of("a"), 2).more()).isFalse();
  }

  @Test
  void pagingMissesNothingThatIsThereThroughoutWhileOthersComeAndGo() throws Exception {
    TreeSet<String> steady = new TreeSet<>();
    for (int i = 100; i < 200; i++) {
      steady.add("d" + i);
    }
    steady.forEach(id -> put(id, BODY, DocumentStore.ABSENT));
    AtomicBoolean done = new AtomicBoolean();
    List<Callable<Void>> tasks =
        List.of(
            () -> {
              try {
                for (int round = 0; round < 10; round++) {
                  assertThat(allIds(7)).isSorted().doesNotHaveDuplicates().containsAll(steady);
                }
              } finally {
                done.set(true);
              }
              return null;
            },
            () -> {
              Random random = new Random(SEED);
              while (!done.get()) {
                String passing = "d" + (100 + random.nextInt(100)) + "x";
                put(passing, BODY, DocumentStore.ABSENT);
                stores.documents().remove(KIND, passing, 1);
              }
              return null;
            });
    together(2, tasks::get);
  }

  @Test
  void aLargeBodyIsReadWholeWhileItIsReplaced() throws Exception {
    int size = 2 * MEBIBYTE;
    put("a", filled(size, 0), DocumentStore.ABSENT);
    AtomicBoolean done = new AtomicBoolean();
    List<Callable<Void>> tasks =
        List.of(
            () -> {
              try {
                for (int version = 1; version <= 10; version++) {
                  put("a", filled(size, version), version);
                }
              } finally {
                done.set(true);
              }
              return null;
            },
            () -> {
              while (!done.get()) {
                Document read = stores.documents().find(KIND, "a").orElseThrow();
                assertThat(read.body().equals(filled(size, (int) read.version() - 1)))
                    .as("version %d is whole", read.version())
                    .isTrue();
              }
              return null;
            });
    together(2, tasks::get);
  }

  @Test
  void refusesKindsIdsAndLimitsOutOfBounds() {
    for (String id : List.of("", "x".repeat(256), "\uD800")) {
      assertIllegal(() -> put(id, BODY, DocumentStore.ABSENT));
      assertIllegal(() -> stores.documents().find(KIND, id));
      assertIllegal(() -> stores.documents().remove(KIND, id, 1));
    }
    for (String kind : List.of("", "Kind", "k".repeat(65))) {
      assertIllegal(() -> stores.documents().put(kind, "a", BODY, DocumentStore.ABSENT));
      assertIllegal(() -> stores.documents().find(kind, "a"));
      assertIllegal(() -> stores.documents().remove(kind, "a", 1));
      assertIllegal(() -> stores.documents().list(kind, Optional.empty(), 1));
    }
    assertIllegal(() -> list(Optional.empty(), 0));
    assertIllegal(() -> list(Optional.empty(), 10_001));
  }

  @Test
  void keepsTheLongestIdsAndKinds() {
    String kind = "k".repeat(64);
    String longest = "\uFFFF".repeat(255);
    Document written = stores.documents().put(kind, longest, BODY, DocumentStore.ABSENT);

    assertThat(stores.documents().find(kind, longest)).contains(written);
  }

  @Test
  void keepsEverythingOverAReopening() {
    List<Document> written = new ArrayList<>();
    written.add(put("a", ByteString.EMPTY, DocumentStore.ABSENT));
    put("b", BODY, DocumentStore.ABSENT);
    written.add(put("b", randomBytes(3 * MEBIBYTE), 1));
    put("c", BODY, DocumentStore.ABSENT);
    stores.documents().remove(KIND, "c", 1);
    reopenDurable();

    assertThat(list(Optional.empty(), 10).items().equals(written)).isTrue();
    assertThat(put("b", BODY, 2).version()).isEqualTo(3);
  }

  @Test
  void namesTheKindsThatHaveDocuments() {
    assertThat(stores.documents().kinds()).isEmpty();
    stores.documents().put("zebra", "a", BODY, DocumentStore.ABSENT);
    stores.documents().put("ant", "a", BODY, DocumentStore.ABSENT);
    stores.documents().put("ant", "b", BODY, DocumentStore.ABSENT);
    stores.documents().put("gone", "a", BODY, DocumentStore.ABSENT);
    stores.documents().remove("gone", "a", 1);

    assertThat(stores.documents().kinds()).containsExactly("ant", "zebra");
  }

  @Test
  void restoresADocumentWithItsVersionAndTime() {
    Document document =
        new Document(KIND, "a", 41, BODY, Instant.parse("2025-01-02T03:04:05.678Z"));
    stores.documents().restore(document);

    assertThat(stores.documents().find(KIND, "a")).contains(document);
    assertThat(stores.documents().kinds()).containsExactly(KIND);
    assertThat(put("a", BODY, 41).version()).isEqualTo(42);
    assertConflict(() -> stores.documents().restore(document), 42);
  }

  @Test
  void failsForGoodOnceClosed() {
    stores.storage().close();
    assertClosed(() -> stores.documents().find(KIND, "a"));
    assertClosed(() -> put("a", BODY, DocumentStore.ABSENT));
    assertClosed(() -> stores.documents().remove(KIND, "a", 1));
    assertClosed(() -> list(Optional.empty(), 1));
    assertClosed(() -> stores.documents().kinds());
    assertClosed(() -> stores.documents().restore(new Document(KIND, "a", 1, BODY, Instant.EPOCH)));
  }

  private Document put(String id, ByteString body, long expectedVersion) {
    return stores.documents().put(KIND, id, body, expectedVersion);
  }

  private Page<Document> list(Optional<String> after, int limit) {
    return stores.documents().list(KIND, after, limit);
  }

  private List<String> allIds(int limit) {
    List<String> all = new ArrayList<>();
    Optional<String> after = Optional.empty();
    while (true) {
      Page<Document> page = list(after, limit);
      page.items().forEach(document -> all.add(document.id()));
      if (!page.more()) {
        return all;
      }
      assertThat(page.items()).as("a page that says there is more").hasSize(limit);
      after = Optional.of(all.get(all.size() - 1));
    }
  }

  private static boolean wins(Runnable write) {
    try {
      write.run();
      return true;
    } catch (VersionConflictException e) {
      return false;
    }
  }

  private static void assertConflict(ThrowingCallable write, long currentVersion) {
    assertThatThrownBy(write)
        .isInstanceOfSatisfying(
            VersionConflictException.class,
            e -> assertThat(e.currentVersion()).isEqualTo(currentVersion));
  }

  private static void assertIllegal(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class);
  }

  private static ByteString body(int number) {
    return ByteString.copyFromUtf8("body " + number);
  }

  private static ByteString filled(int size, int value) {
    byte[] bytes = new byte[size];
    Arrays.fill(bytes, (byte) value);
    return ByteString.copyFrom(bytes);
  }

  private static ByteString randomBytes(int size) {
    byte[] bytes = new byte[size];
    new Random(SEED).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
