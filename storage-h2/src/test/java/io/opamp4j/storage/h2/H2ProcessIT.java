package io.opamp4j.storage.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.StorageException;
import io.opamp4j.testkit.storage.PluginFixture;
import io.opamp4j.testkit.storage.Stores;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What only a second process can show. {@code -Dkills=…} kills more or less often, {@code -Dseed=…}
 * draws other moments.
 */
class H2ProcessIT {
  private static final int KILLS = Integer.getInteger("kills", 100);
  private static final long SEED = Long.getLong("seed", 20261122);
  private static final int MOST_WRITES = 60;
  private static final String HEAP = "-Xmx128m";

  @TempDir Path directory;

  /** The last version of each document that was acknowledged, 0 when removed. */
  private final Map<String, Long> done = new HashMap<>();

  /** The last version announced; the one in flight, if it is not the one done. */
  private final Map<String, Long> announced = new HashMap<>();

  private final Set<ContentHash> blobs = new HashSet<>();
  private final Set<ContentHash> newBlobs = new HashSet<>();

  @Test
  void nothingAcknowledgedIsMissingAndNothingIsHalfWrittenAfterKills() throws Exception {
    Random random = new Random(SEED);
    for (int kill = 0; kill < KILLS; kill++) {
      String round = "seed " + SEED + " kill " + kill;
      int writes = writeUntilKilled(random.nextInt(MOST_WRITES), random.nextLong());
      assertThat(writes).as(round).isPositive();

      PluginFixture fixture = fixture();
      Stores stores = fixture.open();
      checkDocuments(stores, round);
      checkAgents(stores, round);
      checkBlobs(stores, newBlobs, round);
      newBlobs.clear();
      fixture.close();
    }
    PluginFixture fixture = fixture();
    checkBlobs(fixture.open(), blobs, "seed " + SEED + " in the end");
    fixture.close();
  }

  @Test
  void aSecondProcessIsToldThatTheDatabaseIsInUse() throws Exception {
    try (ChildJvm child = child(1)) {
      child.expect("opened");
      assertThatThrownBy(() -> fixture().open())
          .rootCause()
          .isInstanceOf(StorageException.class)
          .hasMessageEndingWith("opamp is in use by another process");
      child.kill();
    }
    PluginFixture fixture = fixture();
    assertThat(fixture.open().storage().check().ok()).isTrue();
    fixture.close();
  }

  /** The limit stands for a disk: beyond it, the same write fails in the same way. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskRefusesWritesAsSuchAndLosesNothingAndIsOverWhenThereIsRoom() throws Exception {
    try (ChildJvm child =
        ChildJvm.startWithLimit(2_000, FillingProcess.class, HEAP, databasePath())) {
      int acknowledged = 0;
      String line = child.readLine();
      for (; "put none".equals(line); line = child.readLine()) {
        acknowledged++;
      }
      assertThat(acknowledged).isPositive();
      assertThat(line).isEqualTo("put FULL");
      child.expect("written " + acknowledged);
      for (int again = 0; again < 3; again++) {
        child.expect("put FULL");
      }
      child.expect("agents FULL");
      child.expect("blob FULL");
      // The little that a check writes may still fit in.
      assertThat(child.readLine()).isIn("check the disk of the H2 database is full", "check ");
      child.expect("read " + acknowledged);

      assertThat(child.liftLimit()).isTrue();
      child.goOn();
      child.expect("check true");
      child.expect("put none");
      child.expect("next true");
      child.expect("read " + (acknowledged + 1));
      assertThat(child.exitCode()).isZero();
    }
  }

  private int writeUntilKilled(int acknowledgements, long seed) throws Exception {
    try (ChildJvm child = child(seed)) {
      child.expect("opened");
      int writes = 0;
      boolean killed = false;
      for (String line = child.readLine(); line != null; line = child.readLine()) {
        if (note(line)) {
          writes++;
        }
        if (writes >= acknowledgements && !killed && writes > 0) {
          child.kill();
          killed = true;
        }
      }
      assertThat(killed).as("the child lived until it was killed").isTrue();
      return writes;
    }
  }

  private boolean note(String line) {
    String[] words = line.split(" ");
    if (words[1].equals("blob")) {
      blobs.add(ContentHash.parse(words[2]));
      newBlobs.add(ContentHash.parse(words[2]));
      return true;
    }
    long version = Long.parseLong(words[2]);
    announced.put(words[1], version);
    if (words[0].equals("did")) {
      done.put(words[1], version);
      return true;
    }
    return false;
  }

  private void checkDocuments(Stores stores, String round) {
    for (String id : Set.copyOf(announced.keySet())) {
      if (id.equals("agents")) {
        continue;
      }
      Optional<Document> found = stores.documents().find(WritingProcess.KIND, id);
      long version = found.map(Document::version).orElse(0L);
      assertThat(version)
          .as("%s: version of %s", round, id)
          .isIn(done.getOrDefault(id, 0L), announced.get(id));
      found.ifPresent(
          document ->
              assertThat(document.body().equals(WritingProcess.body(id, version)))
                  .as("%s: %s is whole", round, id)
                  .isTrue());
      done.put(id, version);
      announced.put(id, version);
    }
  }

  private void checkAgents(Stores stores, String round) {
    if (!announced.containsKey("agents")) {
      return;
    }
    List<AgentToServer> reports =
        stores.agents().list(AgentQuery.first(100)).items().stream()
            .map(AgentRecord::report)
            .toList();
    for (AgentToServer report : reports) {
      assertThat(report.getEffectiveConfig())
          .as("%s: the section that the agents share", round)
          .isEqualTo(WritingProcess.config(report.getSequenceNum()));
    }
    List<Long> numbers = reports.stream().map(AgentToServer::getSequenceNum).toList();
    if (done.containsKey("agents") || !numbers.isEmpty()) {
      assertThat(numbers).as(round).hasSize(WritingProcess.AGENTS);
      assertThat(Set.copyOf(numbers)).as(round).hasSize(1);
      assertThat(numbers.get(0))
          .as("%s: the last batch", round)
          .isIn(done.getOrDefault("agents", 0L), announced.get("agents"));
      done.put("agents", numbers.get(0));
      announced.put("agents", numbers.get(0));
    }
  }

  private static void checkBlobs(Stores stores, Set<ContentHash> kept, String round)
      throws IOException {
    for (ContentHash hash : kept) {
      try (InputStream content = stores.blobs().open(hash, 0).orElseThrow()) {
        assertThat(ContentHash.of(ByteString.readFrom(content)))
            .as("%s: blob is whole", round)
            .isEqualTo(hash);
      }
    }
  }

  private ChildJvm child(long seed) throws IOException {
    return ChildJvm.start(WritingProcess.class, HEAP, databasePath(), Long.toString(seed));
  }

  private PluginFixture fixture() {
    return PluginFixture.durable(new H2StoragePlugin(), Map.of("path", databasePath()));
  }

  private String databasePath() {
    return directory.resolve("opamp").toString();
  }
}
