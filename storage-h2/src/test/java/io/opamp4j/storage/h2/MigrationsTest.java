package io.opamp4j.storage.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.LocalChangeFeed;
import io.opamp4j.storage.Ownership;
import io.opamp4j.storage.StorageException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationsTest {
  private static final Migration FIRST = new Migration(1, "first", "CREATE TABLE one (a INT);\n");
  private static final Migration SECOND =
      new Migration(
          2,
          "second",
          """
          -- the old rows come along; not a statement;
          ALTER TABLE one ADD COLUMN IF NOT EXISTS b VARCHAR DEFAULT 'x;y';
          CREATE TABLE IF NOT EXISTS two (a INT);
          """);

  @TempDir Path directory;

  @Test
  void aDatabaseOfThePreviousSchemaIsUpgradedWithItsRows() throws SQLException {
    try (Connection connection = memory()) {
      new Migrations(List.of(FIRST)).apply(connection);
      run(connection, "INSERT INTO one VALUES (7)");
      new Migrations(List.of(FIRST, SECOND)).apply(connection);
      new Migrations(List.of(FIRST, SECOND)).apply(connection);

      assertThat(rows(connection, "SELECT a || b FROM one")).containsExactly("7x;y");
      assertThat(rows(connection, "SELECT version || name FROM schema_history ORDER BY version"))
          .containsExactly("1first", "2second");
    }
  }

  @Test
  void anOperatorsDocumentOutlivesAnUpgradeOfTheReleasedSchema() {
    H2Settings settings = new H2Settings("shown", directory.resolve("opamp"), 1);
    List<Migration> next = new ArrayList<>(Migration.released());
    try (H2Database old = H2Database.open(settings, new Migrations(next))) {
      documents(old).put("k", "id", ByteString.copyFromUtf8("body"), DocumentStore.ABSENT);
    }
    next.add(new Migration(next.size() + 1, "next", "CREATE TABLE IF NOT EXISTS nxt (a INT);"));
    try (H2Database upgraded = H2Database.open(settings, new Migrations(next))) {
      assertThat(documents(upgraded).find("k", "id").orElseThrow().body().toStringUtf8())
          .isEqualTo("body");
    }
  }

  @Test
  void agentsOfTheFirstSchemaAreReadByThisOne() {
    H2Settings settings = new H2Settings("shown", directory.resolve("opamp"), 1);
    Migrations first = new Migrations(Migration.released().subList(0, 1));
    try (H2Database old = H2Database.open(settings, first)) {
      old.durably(
          connection -> {
            // As that version wrote them: a sequence number of 7, the label env=prod.
            run(
                connection,
                "INSERT INTO agent VALUES"
                    + " (X'00000000000000000000000000000001', X'1007',"
                    + " X'0a0d0a03656e7612060a0470726f64', 5, 6, NULL),"
                    + " (X'00000000000000000000000000000002', X'', X'', 0, 0, 'n1')");
            return true;
          });
    }
    try (H2Database upgraded = H2Database.open(settings)) {
      H2AgentStore agents = new H2AgentStore(upgraded);
      AgentRecord free =
          new AgentRecord(
              new InstanceUid(0, 1),
              AgentToServer.newBuilder().setSequenceNum(7).build(),
              Map.of("env", "prod"),
              Instant.ofEpochMilli(5),
              Instant.ofEpochMilli(6),
              Ownership.NONE);
      assertThat(agents.find(free.uid())).contains(free);
      assertThat(agents.save(List.of(free))).isEmpty();
      assertThat(agents.find(new InstanceUid(0, 2)).orElseThrow().ownership())
          .isEqualTo(new Ownership(0, "n1", ByteString.EMPTY));
    }
  }

  @Test
  void aDatabaseOfANewerSchemaIsRefusedAndLeftAlone() {
    H2Settings settings = new H2Settings("shown", directory.resolve("opamp"), 1);
    List<Migration> newer = new ArrayList<>(Migration.released());
    newer.add(new Migration(newer.size() + 1, "newer", "CREATE TABLE newer (a INT);"));
    H2Database.open(settings, new Migrations(newer)).close();

    for (int attempt = 0; attempt < 2; attempt++) {
      assertThatThrownBy(() -> H2Database.open(settings))
          .isInstanceOfSatisfying(StorageException.class, e -> assertThat(e.retryable()).isFalse())
          .hasMessageContaining("newer than schema " + Migration.released().size());
    }
    H2Database.open(settings, new Migrations(newer)).close();
  }

  @Test
  void everyReleasedStepCanBeCutShortAnywhereAndRunAgain() throws SQLException {
    List<Migration> steps = Migration.released();
    for (Migration step : steps) {
      List<String> statements = step.statements();
      for (int done = 0; done <= statements.size(); done++) {
        try (Connection connection = memory()) {
          new Migrations(steps.subList(0, step.version() - 1)).apply(connection);
          for (String statement : statements.subList(0, done)) {
            run(connection, statement);
          }
          new Migrations(steps).apply(connection);
          assertThat(rows(connection, "SELECT version FROM schema_history")).hasSameSizeAs(steps);
        }
      }
    }
  }

  @Test
  void aStepThatFailsIsNotRecorded() throws SQLException {
    Migration broken = new Migration(2, "broken", "CREATE TABLE two (a INT);\nno SQL at all;\n");
    try (Connection connection = memory()) {
      assertThatThrownBy(() -> new Migrations(List.of(FIRST, broken)).apply(connection))
          .isInstanceOf(SQLException.class);
      assertThat(rows(connection, "SELECT version FROM schema_history")).containsExactly("1");
    }
  }

  @Test
  void aStepThatWasChangedAfterwardsIsRefused() throws SQLException {
    Migration changed = new Migration(1, "first", "CREATE TABLE one (a BIGINT);\n");
    try (Connection connection = memory()) {
      new Migrations(List.of(FIRST)).apply(connection);
      assertThatThrownBy(() -> new Migrations(List.of(changed)).apply(connection))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("step 1 of its schema is not the one released");
    }
  }

  @Test
  void lineEndsDoNotMakeAStepAnother() {
    Migration windows = new Migration(1, "first", FIRST.sql().replace("\n", "\r\n"));
    assertThat(windows.checksum()).isEqualTo(FIRST.checksum());
  }

  @Test
  void aGapInTheHistoryIsRefused() throws SQLException {
    try (Connection connection = memory()) {
      new Migrations(List.of(FIRST, SECOND)).apply(connection);
      run(connection, "DELETE FROM schema_history WHERE version = 1");
      assertThatThrownBy(() -> new Migrations(List.of(FIRST, SECOND)).apply(connection))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("step 1 of its schema was never applied");
    }
  }

  @Test
  void stepsAreNumberedWithoutGaps() {
    assertThatThrownBy(() -> new Migrations(List.of(SECOND)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static H2DocumentStore documents(H2Database database) {
    return new H2DocumentStore(database, new LocalChangeFeed("test"), InstantSource.system());
  }

  private static Connection memory() throws SQLException {
    return DriverManager.getConnection("jdbc:h2:mem:");
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> rows(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }
}
