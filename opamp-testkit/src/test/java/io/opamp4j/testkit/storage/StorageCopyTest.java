package io.opamp4j.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.BlobStore.Blob;
import io.opamp4j.storage.Ownership;
import io.opamp4j.storage.StorageCopy;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.memory.MemoryStoragePlugin;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StorageCopyTest {
  private static final ByteString BODY = ByteString.copyFromUtf8("body");

  private final PluginFixture fromFixture = memory();
  private final PluginFixture toFixture = memory();
  private final Stores from = fromFixture.open();
  private final Stores to = toFixture.open();
  private final List<String> progress = new ArrayList<>();
  private final StorageCopy copy = new StorageCopy(parts(from), parts(to), progress::add);
  private Blob blob = new Blob(ContentHash.of(BODY), 0);

  @BeforeEach
  void fill() throws IOException {
    for (int i = 0; i < 1_201; i++) {
      from.documents().put("note", "n" + i, ByteString.copyFromUtf8("body " + i), 0);
      from.agents().save(List.of(record(i)));
    }
    from.documents().put("note", "n7", BODY, 1);
    from.documents().put("other", "a", BODY, 0);
    blob = from.blobs().put(MadeStream.of(1, 100_000));
  }

  @AfterEach
  void close() {
    fromFixture.close();
    toFixture.close();
  }

  @Test
  void bringsEverythingWithVersionsAndTimes() throws IOException {
    copy.run(false);

    assertThat(to.documents().kinds()).containsExactly("note", "other");
    assertThat(to.documents().list("note", Optional.empty(), 10_000))
        .isEqualTo(from.documents().list("note", Optional.empty(), 10_000));
    assertThat(to.documents().find("note", "n7").orElseThrow().version()).isEqualTo(2);
    assertThat(to.agents().list(AgentQuery.first(10_000)))
        .isEqualTo(from.agents().list(AgentQuery.first(10_000)));
    try (InputStream content = to.blobs().open(blob.hash(), 0).orElseThrow();
        InputStream expected = MadeStream.of(1, 100_000)) {
      assertThat(content).hasSameContentAs(expected);
    }
    assertThat(progress)
        .contains("agents: 1201", "documents of kind note: 1201", "blobs: 1", "comparing");
  }

  @Test
  void refusesATargetThatHoldsAnythingAndLeavesItAlone() {
    to.documents().put("mine", "a", BODY, 0);

    assertThatThrownBy(() -> copy.run(false))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("not empty");
    assertThat(to.documents().kinds()).containsExactly("mine");
    assertThat(to.agents().count()).isZero();
  }

  @Test
  void overwritesWhatHasTheSameNameWhenTold() {
    to.documents().put("note", "n1", BODY, 0);
    to.documents().put("note", "n1", BODY, 1);
    to.documents().put("mine", "a", BODY, 0);
    copy.run(true);

    assertThat(to.documents().find("note", "n1")).isEqualTo(from.documents().find("note", "n1"));
    assertThat(to.documents().find("mine", "a")).isPresent();
  }

  @Test
  void aClaimInTheTargetDoesNotKeepTheCopyOut() {
    Ownership later = new Ownership(9, "elsewhere", BODY);
    AgentRecord claimed =
        new AgentRecord(
            new InstanceUid(0, 7),
            AgentToServer.getDefaultInstance(),
            Map.of(),
            Instant.EPOCH,
            Instant.EPOCH,
            later);
    to.agents().save(List.of(claimed));
    copy.run(true);

    assertThat(to.agents().find(claimed.uid())).contains(record(7));
  }

  private static PluginFixture memory() {
    return PluginFixture.notDurable(new MemoryStoragePlugin(), Map.of(), "memory");
  }

  private static StorageCopy.Stores parts(Stores stores) {
    return new StorageCopy.Stores(stores.agents(), stores.documents(), stores.blobs());
  }

  private static AgentRecord record(long number) {
    return new AgentRecord(
        new InstanceUid(0, number),
        AgentToServer.newBuilder().setSequenceNum(number).build(),
        Map.of("n", "" + number),
        Instant.EPOCH,
        Instant.EPOCH.plusSeconds(number),
        new Ownership(number % 3, "n" + number % 2, BODY));
  }
}
