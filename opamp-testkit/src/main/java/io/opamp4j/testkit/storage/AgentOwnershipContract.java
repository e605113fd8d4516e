package io.opamp4j.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.storage.AgentChanges;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.Ownership;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * What several nodes rely on in every {@link io.opamp4j.storage.AgentStore}: who may write an
 * agent's record, and how one follows what others write. The latter is skipped for a backend that
 * is not {@linkplain io.opamp4j.storage.Storage#shared() shared}.
 */
public abstract class AgentOwnershipContract extends StoreContract {
  private static final long SEED = 20261122;
  private static final Instant SEEN = Instant.parse("2026-01-02T03:04:05.678Z");

  @Test
  void keepsWhoOwnsAnAgentAndWhatTheOwnerSaysOfIt() {
    for (Ownership ownership :
        List.of(
            Ownership.NONE,
            new Ownership(1, "n1", ByteString.EMPTY),
            new Ownership(Long.MAX_VALUE, "node \uD83D\uDE00", ByteString.copyFromUtf8("\0há")),
            new Ownership(3, "", ByteString.copyFrom(new byte[2_000])))) {
      AgentRecord record = record(uid(ownership.term()), 1, ownership);

      assertThat(stores.agents().save(List.of(record))).isEmpty();
      assertThat(stores.agents().find(record.uid())).contains(record);
    }
    reopenDurable();
    assertThat(stores.agents().find(uid(1)).orElseThrow().ownership())
        .isEqualTo(new Ownership(1, "n1", ByteString.EMPTY));
  }

  @Test
  void onlyALaterTermOrTheSameNodeOfTheSameTermIsHeard() {
    // 2^53 and its neighbour are one number to a backend that counts in doubles.
    long[] terms = {0, 1, 2, 9, 10, 99, 100, (1L << 53) - 1, 1L << 53, (1L << 53) + 1};
    Ownership[] owners = new Ownership[2 * terms.length];
    for (int i = 0; i < terms.length; i++) {
      owners[2 * i] = new Ownership(terms[i], "", ByteString.EMPTY);
      owners[2 * i + 1] = new Ownership(terms[i], "n", ByteString.EMPTY);
    }
    for (int stored = 0; stored < owners.length; stored++) {
      for (int incoming = 0; incoming < owners.length; incoming++) {
        InstanceUid uid = uid(100L * stored + incoming);
        stores.agents().save(List.of(record(uid, 1, owners[stored])));
        Set<InstanceUid> refused = stores.agents().save(List.of(record(uid, 2, owners[incoming])));

        boolean heard = owners[incoming].mayReplace(owners[stored]);
        String what = owners[incoming] + " after " + owners[stored];
        assertThat(refused).as(what).isEqualTo(heard ? Set.of() : Set.of(uid));
        assertThat(number(uid)).as(what).isEqualTo(heard ? 2 : 1);
      }
    }
  }

  @Test
  void theRestOfABatchIsSavedAndTheRefusedAreNamedAndUntouched() {
    List<AgentRecord> batch = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      batch.add(record(uid(i), 2, owner(2, "n2")));
    }
    for (int i : new int[] {0, 7, 49}) {
      stores.agents().save(List.of(record(uid(i), 1, owner(3, "n3"))));
    }

    assertThat(stores.agents().save(batch)).containsExactlyInAnyOrder(uid(0), uid(7), uid(49));
    for (int i = 0; i < 50; i++) {
      boolean refused = i == 0 || i == 7 || i == 49;
      assertThat(number(uid(i))).as("agent %d", i).isEqualTo(refused ? 1 : 2);
    }
    assertThat(ofOwner("n3")).containsExactly(uid(0), uid(7), uid(49));
    assertThat(ofOwner("n2")).hasSize(47);
  }

  @Test
  void ofOneAgentsRecordsInABatchEachIsJudgedByTheOneBefore() {
    Set<InstanceUid> refused =
        stores
            .agents()
            .save(
                List.of(
                    record(uid(1), 1, owner(1, "n1")),
                    record(uid(1), 2, owner(2, "n2")),
                    record(uid(1), 3, owner(1, "n1"))));

    assertThat(refused).containsExactly(uid(1));
    assertThat(number(uid(1))).isEqualTo(2);
    assertThat(ofOwner("n1")).isEmpty();
  }

  @Test
  void aRemovedAgentIsAnybodys() {
    stores.agents().save(List.of(record(uid(1), 1, owner(5, "n5"))));
    stores.agents().remove(uid(1));

    assertThat(stores.agents().save(List.of(record(uid(1), 2, Ownership.NONE)))).isEmpty();
    assertThat(number(uid(1))).isEqualTo(2);
    assertThat(ofOwner("n5")).isEmpty();
  }

  @Test
  void ofSeveralNodesThatClaimAnAgentAtOnceExactlyOneGetsIt() throws Exception {
    int nodes = 4;
    int agents = 40;
    for (int round = 1; round <= 5; round++) {
      int term = round;
      List<Set<InstanceUid>> refused =
          together(
              nodes,
              node ->
                  () -> {
                    List<AgentRecord> claims = new ArrayList<>();
                    for (int i = 0; i < agents; i++) {
                      claims.add(record(uid(i), node, owner(term, "n" + node)));
                    }
                    return stores.agents().save(claims);
                  });
      for (int i = 0; i < agents; i++) {
        InstanceUid uid = uid(i);
        List<Integer> winners = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
          if (!refused.get(node).contains(uid)) {
            winners.add(node);
          }
        }
        assertThat(winners).as("round %d agent %d", round, i).hasSize(1);
        assertThat(number(uid)).isEqualTo(winners.get(0).longValue());
        assertThat(stores.agents().find(uid).orElseThrow().ownership())
            .isEqualTo(owner(term, "n" + winners.get(0)));
      }
    }
  }

  @Test
  void aBackendForOneNodeSaysSo() {
    if (!stores.storage().shared()) {
      assertThatThrownBy(() -> stores.agents().changes(0, 10))
          .isInstanceOf(UnsupportedOperationException.class);
    } else {
      assertThat(stores.agents().changes(0, 10))
          .isEqualTo(new AgentChanges(List.of(), List.of(), 0, false));
    }
  }

  @Test
  void tellsOfEveryAgentOnceInTheOrderOfItsLastChange() {
    assumeShared();
    List<AgentRecord> saved = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      saved.add(record(uid(9 - i), 1, Ownership.NONE));
      stores.agents().save(List.of(saved.get(i)));
    }
    AgentChanges all = stores.agents().changes(0, 10);
    assertThat(all.saved()).isEqualTo(saved);
    assertThat(all.more()).isFalse();

    AgentRecord again = record(uid(5), 2, Ownership.NONE);
    stores.agents().save(List.of(again));
    stores.agents().remove(uid(3));
    stores.agents().save(List.of(record(uid(4), 2, Ownership.NONE)));
    stores.agents().remove(uid(4));
    AgentChanges news = stores.agents().changes(all.last(), 10);
    assertThat(news.saved()).containsExactly(again);
    assertThat(news.removed()).containsExactly(uid(3), uid(4));
    assertThat(news.last()).isGreaterThan(all.last());
    assertThat(stores.agents().changes(news.last(), 10))
        .isEqualTo(new AgentChanges(List.of(), List.of(), news.last(), false));

    stores.agents().save(List.of(record(uid(3), 3, Ownership.NONE)));
    AgentChanges back = stores.agents().changes(0, 100);
    assertThat(back.removed()).containsExactly(uid(4));
    assertThat(back.saved()).hasSize(9).last().isEqualTo(record(uid(3), 3, Ownership.NONE));
  }

  @Test
  void whatWasRefusedOrRemovedInVainIsNoChange() {
    assumeShared();
    stores.agents().save(List.of(record(uid(1), 1, owner(2, "n2"))));
    long last = stores.agents().changes(0, 10).last();
    stores.agents().save(List.of(record(uid(1), 2, owner(1, "n1"))));
    stores.agents().remove(uid(2));

    assertThat(stores.agents().changes(last, 10))
        .isEqualTo(new AgentChanges(List.of(), List.of(), last, false));
  }

  @Test
  void goesOnOverPagesOfAnySize() {
    assumeShared();
    List<AgentRecord> batch = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      batch.add(record(uid(i), 1, Ownership.NONE));
    }
    stores.agents().save(batch);
    for (int i = 0; i < 20; i += 4) {
      stores.agents().remove(uid(i));
    }
    for (int limit : new int[] {1, 3, 19, 20, 21, 10_000}) {
      List<InstanceUid> told = new ArrayList<>();
      AgentChanges part;
      long since = 0;
      do {
        part = stores.agents().changes(since, limit);
        int size = part.saved().size() + part.removed().size();
        assertThat(size).isBetween(1, limit);
        part.saved().forEach(record -> told.add(record.uid()));
        told.addAll(part.removed());
        since = part.last();
      } while (part.more());
      assertThat(told).as("by %d", limit).hasSize(20).doesNotHaveDuplicates();
    }
  }

  @Test
  void whoFollowsKnowsInTheEndWhatIsThere() throws Exception {
    assumeShared();
    AtomicBoolean done = new AtomicBoolean();
    Map<InstanceUid, AgentRecord> known = new HashMap<>();
    long[] last = new long[1];
    List<Callable<Void>> tasks =
        List.of(
            () -> {
              Random random = new Random(SEED);
              try {
                for (int i = 0; i < 1_000; i++) {
                  InstanceUid uid = uid(random.nextInt(40));
                  if (random.nextInt(4) == 0) {
                    stores.agents().remove(uid);
                  } else {
                    stores.agents().save(List.of(record(uid, i, Ownership.NONE)));
                  }
                }
              } finally {
                done.set(true);
              }
              return null;
            },
            () -> {
              while (!done.get()) {
                follow(known, last);
              }
              return null;
            });
    together(2, tasks::get);
    follow(known, last);

    assertThat(known.values())
        .containsExactlyInAnyOrderElementsOf(stores.agents().list(AgentQuery.first(100)).items());
  }

  private void follow(Map<InstanceUid, AgentRecord> known, long[] last) {
    boolean more = true;
    while (more) {
      AgentChanges part = stores.agents().changes(last[0], 7);
      part.saved().forEach(record -> known.put(record.uid(), record));
      part.removed().forEach(known::remove);
      assertThat(part.last()).isGreaterThanOrEqualTo(last[0]);
      last[0] = part.last();
      more = part.more();
    }
  }

  @Test
  void theLastRemovalsAreRememberedAndOnlyThose() {
    assumeShared();
    int removals = AgentChanges.REMOVALS + 3;
    for (int from = 0; from < removals; from += 1_000) {
      List<AgentRecord> batch = new ArrayList<>();
      for (int i = from; i < Math.min(from + 1_000, removals); i++) {
        batch.add(record(uid(i), 1, Ownership.NONE));
      }
      stores.agents().save(batch);
    }
    for (int i = 0; i < removals; i++) {
      stores.agents().remove(uid(i));
    }
    // Removed among the first, but there again.
    stores.agents().save(List.of(record(uid(3), 1, Ownership.NONE)));

    AgentChanges first = stores.agents().changes(0, 10_000);
    AgentChanges rest = stores.agents().changes(first.last(), 10_000);
    List<InstanceUid> removed = new ArrayList<>(first.removed());
    removed.addAll(rest.removed());
    assertThat(removed.size()).isBetween(AgentChanges.REMOVALS - 1, AgentChanges.REMOVALS);
    assertThat(removed).doesNotContain(uid(0), uid(1), uid(2), uid(3)).contains(uid(4));
    assertThat(rest.more()).isFalse();
    assertThat(stores.agents().find(uid(3))).isPresent();
  }

  @Test
  void aPointThatWasNeverReachedTellsEverythingAnew() {
    assumeShared();
    stores.agents().save(List.of(record(uid(1), 1, Ownership.NONE)));
    AgentChanges all = stores.agents().changes(0, 10);

    assertThat(stores.agents().changes(all.last() + 1, 10)).isEqualTo(all);
    assertThat(stores.agents().changes(Long.MAX_VALUE, 10)).isEqualTo(all);
  }

  @Test
  void refusesWhatCannotBeAsked() {
    assumeShared();
    for (int limit : new int[] {-1, 0, 10_001}) {
      assertThatThrownBy(() -> stores.agents().changes(0, limit))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> stores.agents().changes(-1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    stores.storage().close();
    assertClosed(() -> stores.agents().changes(0, 1));
  }

  private void assumeShared() {
    assumeTrue(stores.storage().shared(), "this backend is for one node");
  }

  private long number(InstanceUid uid) {
    return stores.agents().find(uid).orElseThrow().report().getSequenceNum();
  }

  private List<InstanceUid> ofOwner(String node) {
    return stores
        .agents()
        .list(new AgentQuery(Optional.empty(), Optional.of(node), 100))
        .items()
        .stream()
        .map(AgentRecord::uid)
        .toList();
  }

  private static InstanceUid uid(long number) {
    return new InstanceUid(0, number);
  }

  private static Ownership owner(long term, String node) {
    return new Ownership(term, node, ByteString.copyFromUtf8("presence of " + node));
  }

  private static AgentRecord record(InstanceUid uid, long number, Ownership ownership) {
    return new AgentRecord(
        uid,
        AgentToServer.newBuilder().setSequenceNum(number).build(),
        Map.of(),
        SEEN,
        SEEN,
        ownership);
  }
}
