package io.opamp4j.storage.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.LocalChangeFeed;
import io.opamp4j.storage.Ownership;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.Storage.Check;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.StorageException.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class H2DatabaseTest {
  private static final String SHOWN = "./data/opamp";

  @TempDir Path directory;

  @Test
  void makesMissingDirectories() {
    H2Settings settings = at(directory.resolve("a/b c/ü/opamp"));
    try (H2Database database = H2Database.open(settings)) {
      assertThat(database.check()).isEqualTo(Check.OK);
      assertThat(settings.databaseFile()).isRegularFile();
    }
  }

  @Test
  void aSecondInstanceIsToldThatTheDatabaseIsInUseAndHarmsNothing() {
    H2Settings settings = at(directory.resolve("opamp"));
    try (H2Database database = H2Database.open(settings)) {
      assertRefused(
          () -> H2Database.open(settings),
          "the H2 database at ./data/opamp is in use by another process");
      assertThat(database.check()).isEqualTo(Check.OK);
    }
    H2Database.open(settings).close();
  }

  @Test
  void aDirectoryThatCannotBeMadeIsNamed() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    assertRefused(
        () -> H2Database.open(at(file.resolve("sub/opamp"))),
        "cannot write the H2 database at ./data/opamp: ");
    assertRefused(
        () -> H2Database.open(at(file.resolve("opamp"))),
        "cannot write the H2 database at ./data/opamp: ");
  }

  @Test
  void aBlobDirectoryThatCannotBeMadeIsNamedAndTheLockReleased() throws IOException {
    H2Settings settings = at(directory.resolve("opamp"));
    Files.createFile(settings.blobDirectory());
    assertRefused(() -> H2Database.open(settings), "cannot write the blobs in ");
    Files.delete(settings.blobDirectory());

    H2Database.open(settings).close();
  }

  @Test
  void aDamagedFileIsRefusedAndNotReplaced() throws IOException {
    H2Settings settings = at(directory.resolve("opamp"));
    byte[] garbage = new byte[20_000];
    new Random(1).nextBytes(garbage);
    Files.write(settings.databaseFile(), garbage);

    assertRefused(() -> H2Database.open(settings), "the H2 database at ./data/opamp is damaged");
    assertRefused(() -> H2Database.open(settings), "the H2 database at ./data/opamp is damaged");
    assertThat(Files.readAllBytes(settings.databaseFile())).isEqualTo(garbage);
  }

  @Test
  void leavesNoTraceFilesAndClosesInGoodOrder() throws IOException {
    H2Settings settings = at(directory.resolve("opamp"));
    H2Database database = H2Database.open(settings);
    assertThatThrownBy(
            () ->
                database.inTransaction(
                    connection -> connection.createStatement().execute("no such statement")))
        .isInstanceOf(StorageException.class);
    database.close();
    database.close();

    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder("opamp.mv.db", "opamp.lock", "opamp-blobs");
    }
  }

  @Test
  void deletesWhatInterruptedUploadsLeft() throws IOException {
    H2Settings settings = at(directory.resolve("opamp"));
    H2Database.open(settings).close();
    Path leftover = settings.blobDirectory().resolve("tmp/upload-1.part");
    Files.writeString(leftover, "half");
    H2Database.open(settings).close();

    assertThat(leftover).doesNotExist();
  }

  @Test
  void aFailedTransactionIsRolledBack() {
    try (H2Database database = H2Database.open(at(directory.resolve("opamp")))) {
      assertThatThrownBy(
              () ->
                  database.durably(
                      connection -> {
                        try (Statement statement = connection.createStatement()) {
                          statement.execute("INSERT INTO document VALUES ('k', X'61', 1, '', 0)");
                        }
                        throw new IllegalStateException("expected");
                      }))
          .isInstanceOf(IllegalStateException.class);

      assertThat(new H2DocumentStore(database, null, null).find("k", "a")).isEmpty();
    }
  }

  @Test
  void theAgentsOfOneOwnerAreReadFromTheIndexInOrder() {
    try (H2Database database = H2Database.open(at(directory.resolve("opamp")))) {
      String plan =
          database.inTransaction(
              connection -> {
                try (PreparedStatement explain =
                    connection.prepareStatement(
                        "EXPLAIN SELECT uid FROM agent WHERE uid > ? AND owner_node = ?"
                            + " ORDER BY uid FETCH FIRST ? ROWS ONLY")) {
                  explain.setBytes(1, new byte[0]);
                  explain.setString(2, "n1");
                  explain.setInt(3, 10);
                  try (ResultSet row = explain.executeQuery()) {
                    row.next();
                    return row.getString(1);
                  }
                }
              });
      assertThat(plan).contains("AGENT_BY_OWNER");
    }
  }

  @Test
  void aDamagedAgentIsNamedWhenAskedForAndLeftOutOfLists() {
    try (H2Database database = H2Database.open(at(directory.resolve("opamp")))) {
      database.durably(
          connection -> {
            try (Statement statement = connection.createStatement()) {
              return statement.execute(
                  "INSERT INTO agent (uid, report, labels, first_seen, last_seen, owner_node)"
                      + " VALUES"
                      + " (X'000102030405060708090a0b0c0d0e0f', X'ff', X'', 0, 0, ''),"
                      + " (X'100102030405060708090a0b0c0d0e0f', X'', X'ff', 0, 0, ''),"
                      + " (X'200102030405060708090a0b0c0d0e0f', X'', X'', 0, 0, '')");
            }
          });
      H2AgentStore store = new H2AgentStore(database);
      InstanceUid damaged = InstanceUid.parse("00010203-0405-0607-0809-0a0b0c0d0e0f");

      assertThatThrownBy(() -> store.find(damaged))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(damaged.toString());
      for (int limit : new int[] {1, 2, 10}) {
        Page<AgentRecord> page = store.list(AgentQuery.first(limit));
        assertThat(page.items())
            .extracting(record -> record.uid().toString())
            .containsExactly("20010203-0405-0607-0809-0a0b0c0d0e0f");
        assertThat(page.more()).isFalse();
      }
    }
  }

  @Test
  void nothingIsAddedToADiskThatIsNearlyFullButMuchElseGoesOn() throws IOException {
    AtomicLong left = new AtomicLong(DiskSpace.KEPT_FREE);
    H2Settings settings = at(directory.resolve("opamp"));
    try (H2Database database =
        H2Database.open(
            settings, new Migrations(Migration.released()), new DiskSpace(SHOWN, left::get))) {
      H2DocumentStore documents =
          new H2DocumentStore(database, new LocalChangeFeed("test"), InstantSource.system());
      H2AgentStore agents = new H2AgentStore(database);
      FileBlobStore blobs = new FileBlobStore(database, settings.blobDirectory());
      AgentRecord agent =
          new AgentRecord(
              new InstanceUid(0, 1),
              AgentToServer.getDefaultInstance(),
              Map.of(),
              Instant.EPOCH,
              Instant.EPOCH,
              Ownership.NONE);
      agents.save(List.of(agent));
      documents.put("k", "a", ByteString.EMPTY, 0);

      left.set(DiskSpace.KEPT_FREE - 1);
      List<ThrowingCallable> refused =
          List.of(
              () -> documents.put("k", "a", ByteString.EMPTY, 1),
              () -> documents.restore(new Document("k", "b", 1, ByteString.EMPTY, Instant.EPOCH)),
              () -> agents.save(List.of(agent)),
              () -> blobs.put(new ByteArrayInputStream(new byte[1])));
      for (ThrowingCallable write : refused) {
        assertThatThrownBy(write)
            .isInstanceOfSatisfying(
                StorageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FULL));
      }
      assertThat(database.check().message())
          .isEqualTo(
              "the disk of the H2 database at ./data/opamp is full: 16383 KiB left,"
                  + " of which 16384 are kept free");
      assertThat(documents.find("k", "a")).isPresent();
      assertThat(agents.find(agent.uid())).contains(agent);
      documents.remove("k", "a", 1);
      assertThat(agents.remove(agent.uid())).isTrue();

      // Some file systems do not say.
      left.set(0);
      agents.save(List.of(agent));
      assertThat(database.check()).isEqualTo(Check.OK);
    }
  }

  @Test
  void anUploadThatFillsTheDiskIsRefusedInTheMiddleAndLeavesNothing() throws IOException {
    AtomicLong left = new AtomicLong(DiskSpace.KEPT_FREE + (1 << 20));
    H2Settings settings = at(directory.resolve("opamp"));
    try (H2Database database =
        H2Database.open(
            settings,
            new Migrations(Migration.released()),
            new DiskSpace(SHOWN, () -> left.addAndGet(-65_536)))) {
      FileBlobStore blobs = new FileBlobStore(database, settings.blobDirectory());
      assertThatThrownBy(() -> blobs.put(new ByteArrayInputStream(new byte[4 << 20])))
          .isInstanceOfSatisfying(
              StorageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.FULL));
      try (Stream<Path> files = Files.walk(settings.blobDirectory())) {
        assertThat(files.filter(Files::isRegularFile)).isEmpty();
      }
    }
  }

  private static void assertRefused(ThrowingCallable open, String message) {
    assertThatThrownBy(open)
        .isInstanceOfSatisfying(StorageException.class, e -> assertThat(e.retryable()).isFalse())
        .hasMessageStartingWith(message)
        .message()
        .doesNotContain("\n");
  }

  private static H2Settings at(Path path) {
    return new H2Settings(SHOWN, path, 2);
  }
}
