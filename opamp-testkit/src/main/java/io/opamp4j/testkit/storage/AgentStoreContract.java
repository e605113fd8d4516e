package io.opamp4j.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.ArrayValue;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.Ownership;
import io.opamp4j.storage.Page;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What every {@link io.opamp4j.storage.AgentStore} must do. */
public abstract class AgentStoreContract extends StoreContract {
  private static final long SEED = 20261122;
  private static final Instant SEEN = Instant.parse("2026-01-02T03:04:05.678Z");
  private static final int MEBIBYTE = 1 << 20;

  @Test
  void findsNothingInAnEmptyStore() {
    assertThat(stores.agents().find(uid(1))).isEmpty();
    assertThat(stores.agents().count()).isZero();
    assertThat(stores.agents().list(AgentQuery.first(10))).isEqualTo(new Page<>(List.of(), false));
    assertThat(stores.agents().remove(uid(1))).isFalse();
  }

  @Test
  void returnsARecordAsItWasSaved() {
    AgentRecord record = fullRecord(uid(1));
    stores.agents().save(List.of(record));

    assertThat(stores.agents().find(record.uid())).contains(record);
    assertThat(allOf(AgentQuery.first(10))).containsExactly(record);
  }

  @Test
  void returnsAnEmptyRecordAsItWasSaved() {
    AgentRecord record =
        new AgentRecord(
            uid(0),
            AgentToServer.getDefaultInstance(),
            Map.of(),
            Instant.EPOCH,
            Instant.EPOCH.minusMillis(1),
            Ownership.NONE);
    stores.agents().save(List.of(record));

    assertThat(stores.agents().find(record.uid())).contains(record);
  }

  @Test
  void keepsFieldsOfTheReportThatThisVersionDoesNotKnow() {
    UnknownFieldSet unknown =
        UnknownFieldSet.newBuilder()
            .addField(
                9_999,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(ByteString.copyFromUtf8("from the future"))
                    .build())
            .build();
    AgentRecord record =
        withReport(uid(1), AgentToServer.newBuilder().setUnknownFields(unknown).build());
    stores.agents().save(List.of(record));

    assertThat(stores.agents().find(uid(1)).orElseThrow().report().getUnknownFields())
        .isEqualTo(unknown);
  }

  @Test
  void keepsReportsOfAnySize() {
    for (int size : new int[] {0, 1, 255, 257, 65_537, MEBIBYTE, 3 * MEBIBYTE}) {
      AgentRecord record = withReport(uid(size), reportOfSize(size));
      stores.agents().save(List.of(record));
      assertThat(stores.agents().find(record.uid()).orElseThrow().equals(record))
          .as("report with a body of %d bytes", size)
          .isTrue();
    }
  }

  @Test
  void keepsADeeplyNestedReport() {
    AnyValue nested = AnyValue.newBuilder().setStringValue("bottom").build();
    for (int i = 0; i < 30; i++) {
      nested =
          AnyValue.newBuilder().setArrayValue(ArrayValue.newBuilder().addValues(nested)).build();
    }
    AgentRecord record =
        withReport(
            uid(1),
            AgentToServer.newBuilder()
                .setAgentDescription(
                    AgentDescription.newBuilder()
                        .addIdentifyingAttributes(
                            KeyValue.newBuilder().setKey("deep").setValue(nested)))
                .build());
    stores.agents().save(List.of(record));

    assertThat(stores.agents().find(uid(1))).contains(record);
  }

  @Test
  void theLastSaveOfAUidWins() {
    stores.agents().save(List.of(fullRecord(uid(1))));
    AgentRecord later =
        new AgentRecord(
            uid(1), reportOfSize(5), Map.of(), SEEN, SEEN, fullRecord(uid(1)).ownership());

    assertThat(stores.agents().save(List.of(later))).isEmpty();
    assertThat(stores.agents().find(uid(1))).contains(later);
    assertThat(stores.agents().count()).isEqualTo(1);
  }

  @Test
  void theLastOfEqualUidsInOneBatchWins() {
    AgentRecord first = owned(uid(1), 1, "n1");
    AgentRecord last = owned(uid(1), 2, "n2");
    stores.agents().save(List.of(first, owned(uid(2)), last));

    assertThat(stores.agents().find(uid(1))).contains(last);
    assertThat(stores.agents().count()).isEqualTo(2);
  }

  @Test
  void anEmptyBatchChangesNothing() {
    stores.agents().save(List.of());
    assertThat(stores.agents().count()).isZero();
  }

  @Test
  void aBatchWithANullInItChangesNothing() {
    List<AgentRecord> batch = Arrays.asList(owned(uid(1)), null);

    assertThatThrownBy(() -> stores.agents().save(batch)).isInstanceOf(NullPointerException.class);
    assertThat(stores.agents().count()).isZero();
  }

  @Test
  void aReaderSeesABatchWholeOrNotAtAll() throws Exception {
    int size = 50;
    AtomicBoolean done = new AtomicBoolean();
    List<Callable<Void>> tasks =
        List.of(
            () -> {
              for (int round = 0; round < 30; round++) {
                stores.agents().save(ownedBy(round + 1, "n" + round, size));
              }
              done.set(true);
              return null;
            },
            () -> {
              while (!done.get()) {
                Page<AgentRecord> page = stores.agents().list(AgentQuery.first(100));
                assertThat(page.items().size()).isIn(0, size);
                assertThat(
                        page.items().stream().map(record -> record.ownership().node()).distinct())
                    .hasSizeLessThanOrEqualTo(1);
              }
              return null;
            });
    together(2, i -> whenFailed(tasks.get(i), () -> done.set(true)));
  }

  @Test
  void batchesThatOverlapInAnyOrderAllSucceed() throws Exception {
    together(
        4,
        thread ->
            () -> {
              Random random = new Random(SEED + thread);
              for (int round = 0; round < 10; round++) {
                long term = 4L * round + thread + 1;
                List<AgentRecord> batch = new ArrayList<>(ownedBy(term, "n" + thread, 100));
                Collections.shuffle(batch, random);
                // All of it or, if a later claim was faster, nothing.
                assertThat(stores.agents().save(batch).size()).isIn(0, 100);
              }
              return null;
            });

    assertThat(stores.agents().count()).isEqualTo(100);
    assertThat(
            allOf(AgentQuery.first(100)).stream()
                .map(record -> record.ownership().node())
                .distinct())
        .as("owners after batches of which each was atomic")
        .hasSize(1);
  }

  @Test
  void removesARecordOnce() {
    stores.agents().save(List.of(fullRecord(uid(1)), fullRecord(uid(2))));

    assertThat(stores.agents().remove(uid(1))).isTrue();
    assertThat(stores.agents().remove(uid(1))).isFalse();
    assertThat(stores.agents().find(uid(1))).isEmpty();
    assertThat(stores.agents().count()).isEqualTo(1);
  }

  @Test
  void listsInTheOrderOfUnsignedBytes() {
    List<InstanceUid> sorted =
        List.of(
            new InstanceUid(0, 0),
            new InstanceUid(0, 1),
            new InstanceUid(0, Long.MIN_VALUE),
            new InstanceUid(0, -1),
            new InstanceUid(Long.MAX_VALUE, 0),
            new InstanceUid(Long.MIN_VALUE, 0),
            new InstanceUid(-1, 0),
            new InstanceUid(-1, -1));
    List<InstanceUid> shuffled = new ArrayList<>(sorted);
    Collections.shuffle(shuffled, new Random(SEED));
    shuffled.forEach(uid -> stores.agents().save(List.of(owned(uid))));

    for (int limit = 1; limit <= sorted.size() + 1; limit++) {
      assertThat(allOf(AgentQuery.first(limit)))
          .as("in pages of %d", limit)
          .extracting(AgentRecord::uid)
          .isEqualTo(sorted);
    }
  }

  @Test
  void saysWhetherThereIsMoreExactlyAtTheEdge() {
    stores.agents().save(ownedBy(1, "n", 3));

    assertThat(stores.agents().list(AgentQuery.first(2)).more()).isTrue();
    assertThat(stores.agents().list(AgentQuery.first(3)).more()).isFalse();
    assertThat(stores.agents().list(AgentQuery.first(4)).more()).isFalse();
    assertThat(stores.agents().list(AgentQuery.first(2).after(uid(0))).more()).isFalse();
    assertThat(stores.agents().list(AgentQuery.first(2).after(uid(2))))
        .isEqualTo(new Page<>(List.of(), false));
  }

  @Test
  void listsOnlyTheAgentsOfOneOwner() {
    List<AgentRecord> all = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      all.add(i % 3 == 0 ? owned(uid(i)) : owned(uid(i), 1, "n" + i % 3));
    }
    stores.agents().save(all);

    AgentQuery ofOne = new AgentQuery(Optional.empty(), Optional.of("n1"), 3);
    assertThat(allOf(ofOne))
        .isEqualTo(all.stream().filter(r -> r.ownership().node().equals("n1")).toList());
    assertThat(stores.agents().list(new AgentQuery(Optional.empty(), Optional.of("n"), 9)).items())
        .isEmpty();
  }

  @Test
  void anOwnerThatChangesMovesBetweenTheOwnersLists() {
    stores.agents().save(List.of(owned(uid(1), 1, "n1")));
    stores.agents().save(List.of(owned(uid(1), 2, "N1")));

    assertThat(allOf(new AgentQuery(Optional.empty(), Optional.of("n1"), 9))).isEmpty();
    assertThat(allOf(new AgentQuery(Optional.empty(), Optional.of("N1"), 9))).hasSize(1);
  }

  @Test
  void pagingMissesNothingThatIsThereThroughoutWhileOthersComeAndGo() throws Exception {
    Set<InstanceUid> steady = new TreeSet<>();
    for (int i = 0; i < 300; i++) {
      steady.add(uid(2 * i));
    }
    stores.agents().save(steady.stream().map(uid -> owned(uid)).toList());
    AtomicBoolean done = new AtomicBoolean();
    List<Callable<Void>> tasks =
        List.of(
            () -> {
              for (int round = 0; round < 10; round++) {
                List<InstanceUid> seen =
                    allOf(AgentQuery.first(7)).stream().map(AgentRecord::uid).toList();
                assertThat(seen).isSorted().doesNotHaveDuplicates().containsAll(steady);
              }
              done.set(true);
              return null;
            },
            () -> {
              Random random = new Random(SEED);
              while (!done.get()) {
                InstanceUid passing = uid(2 * random.nextInt(300) + 1);
                stores.agents().save(List.of(owned(passing)));
                stores.agents().remove(uid(2 * random.nextInt(300) + 1));
              }
              return null;
            });
    together(2, i -> whenFailed(tasks.get(i), () -> done.set(true)));
  }

  @Test
  void keepsEverythingOverAReopening() {
    List<AgentRecord> records = new ArrayList<>(ownedBy(1, "n", 20));
    records.add(fullRecord(uid(100)));
    records.add(withReport(uid(101), reportOfSize(3 * MEBIBYTE)));
    stores.agents().save(records);
    stores.agents().remove(uid(3));
    reopenDurable();

    Set<AgentRecord> expected = new HashSet<>(records);
    expected.removeIf(record -> record.uid().equals(uid(3)));
    assertThat(new HashSet<>(allOf(AgentQuery.first(7))).equals(expected)).isTrue();
  }

  @Test
  void failsForGoodOnceClosed() {
    stores.storage().close();
    assertClosed(() -> stores.agents().find(uid(1)));
    assertClosed(() -> stores.agents().save(List.of(fullRecord(uid(1)))));
    assertClosed(() -> stores.agents().remove(uid(1)));
    assertClosed(() -> stores.agents().list(AgentQuery.first(1)));
    assertClosed(() -> stores.agents().count());
  }

  private List<AgentRecord> allOf(AgentQuery first) {
    List<AgentRecord> all = new ArrayList<>();
    AgentQuery query = first;
    while (true) {
      Page<AgentRecord> page = stores.agents().list(query);
      assertThat(page.items()).hasSizeLessThanOrEqualTo(query.limit());
      all.addAll(page.items());
      if (!page.more()) {
        return all;
      }
      assertThat(page.items()).as("a page that says there is more").isNotEmpty();
      query = query.after(page.items().get(page.items().size() - 1).uid());
    }
  }

  private static Callable<Void> whenFailed(Callable<Void> task, Runnable stopOthers) {
    return () -> {
      try {
        return task.call();
      } finally {
        stopOthers.run();
      }
    };
  }

  private static InstanceUid uid(long number) {
    return new InstanceUid(0, number);
  }

  private static List<AgentRecord> ownedBy(long term, String node, int count) {
    List<AgentRecord> records = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      records.add(owned(uid(i), term, node));
    }
    return records;
  }

  private static AgentRecord owned(InstanceUid uid) {
    return owned(uid, 0, "");
  }

  private static AgentRecord owned(InstanceUid uid, long term, String node) {
    AgentToServer report =
        AgentToServer.newBuilder().setInstanceUid(uid.toBytes()).setSequenceNum(7).build();
    return new AgentRecord(
        uid,
        report,
        Map.of("env", "prod"),
        SEEN,
        SEEN.plusMillis(1),
        new Ownership(term, node, ByteString.EMPTY));
  }

  private static AgentRecord withReport(InstanceUid uid, AgentToServer report) {
    return new AgentRecord(uid, report, Map.of(), SEEN, SEEN, Ownership.NONE);
  }

  private static AgentRecord fullRecord(InstanceUid uid) {
    return new AgentRecord(
        uid,
        reportOfSize(100),
        Map.of("env", "prod", "", "empty key", "空", "\u0000\uD83D\uDE00", "empty value", ""),
        SEEN,
        SEEN.plusSeconds(60),
        new Ownership(
            Long.MAX_VALUE, "node-1 \uD83D\uDE00", ByteString.copyFromUtf8("\u0000 anything")));
  }

  private static AgentToServer reportOfSize(int bodySize) {
    byte[] body = new byte[bodySize];
    new Random(SEED).nextBytes(body);
    return AgentToServer.newBuilder()
        .setInstanceUid(uid(1).toBytes())
        .setSequenceNum(-1)
        .setEffectiveConfig(
            EffectiveConfig.newBuilder()
                .setConfigMap(
                    AgentConfigMap.newBuilder()
                        .putConfigMap(
                            "main",
                            AgentConfigFile.newBuilder()
                                .setBody(ByteString.copyFrom(body))
                                .build())))
        .build();
  }
}
