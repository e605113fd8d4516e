package io.opamp4j.storage.h2;

import static io.opamp4j.testkit.storage.SectionedRecords.owned;
import static io.opamp4j.testkit.storage.SectionedRecords.record;
import static io.opamp4j.testkit.storage.SectionedRecords.uid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.StorageException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That sections are kept once, and no longer than somebody refers to them. */
class SectionRowsTest {
  private static final long SEED = 20261122;

  @TempDir Path directory;
  private H2Database database;
  private H2AgentStore agents;

  @BeforeEach
  void open() {
    database = H2Database.open(new H2Settings("shown", directory.resolve("opamp"), 4));
    agents = new H2AgentStore(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void whatAThousandAgentsShareIsThereOnce() {
    List<AgentRecord> batch = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      batch.add(record(i, 1));
    }
    agents.save(batch);
    agents.save(batch);

    assertThat(uses()).containsExactly(1_000L);
    assertThat(number("SELECT MAX(OCTET_LENGTH(report)) FROM agent")).isLessThan(100);
    assertThat(agents.list(AgentQuery.first(1_000)).items()).isEqualTo(batch);
  }

  @Test
  void theCountsAreRightAfterAnyHistoryAndNothingIsLeftInTheEnd() {
    Random random = new Random(SEED);
    Map<Integer, Integer> configs = new HashMap<>();
    for (int round = 0; round < 300; round++) {
      int agent = random.nextInt(10);
      if (random.nextInt(4) == 0) {
        agents.remove(uid(agent));
        configs.remove(agent);
      } else {
        int config = random.nextInt(5);
        // The first of the two is overwritten in the same batch.
        agents.save(List.of(record(agent, random.nextInt(7)), record(agent, config)));
        configs.put(agent, config);
      }
      Map<Integer, Long> expected = new HashMap<>();
      configs.values().stream()
          .filter(config -> config > 0)
          .forEach(config -> expected.merge(config, 1L, Long::sum));
      assertThat(uses())
          .as("seed %d round %d", SEED, round)
          .containsExactlyInAnyOrderElementsOf(expected.values());
    }
    configs.keySet().forEach(agent -> agents.remove(uid(agent)));
    assertThat(uses()).isEmpty();
  }

  @Test
  void aRefusedRecordLeavesNoSectionBehind() {
    agents.save(List.of(owned(record(1, 1), 2)));
    assertThat(agents.save(List.of(owned(record(1, 2), 1)))).containsExactly(uid(1));

    assertThat(uses()).containsExactly(1L);
  }

  @Test
  void aSectionThatIsGoneOrSpoiledIsToldWithTheAgentAndMendedByTheNextWriter() {
    for (String damage : List.of("DELETE FROM section", "UPDATE section SET content = X'0102'")) {
      agents.save(List.of(record(1, 1), record(2, 2), record(3, 0)));
      run(damage);

      assertThat(agents.list(AgentQuery.first(10)).items()).containsExactly(record(3, 0));
      assertThatThrownBy(() -> agents.find(uid(1)))
          .isInstanceOfSatisfying(StorageException.class, e -> assertThat(e.retryable()).isFalse())
          .hasMessageContaining(uid(1).toString())
          .hasMessageContaining("effective_config");

      agents.save(List.of(record(1, 1), record(2, 2)));
      assertThat(agents.list(AgentQuery.first(10)).items())
          .containsExactly(record(1, 1), record(2, 2), record(3, 0));
    }
  }

  @Test
  void aDamagedReferenceIsToldWithTheAgentAndCanBeReplaced() {
    agents.save(List.of(record(1, 1)));
    run("UPDATE agent SET sections = X'06ff'");

    assertThat(agents.list(AgentQuery.first(10)).items()).isEmpty();
    assertThatThrownBy(() -> agents.find(uid(1))).hasMessageContaining(uid(1).toString());
    agents.save(List.of(record(1, 1)));
    assertThat(agents.find(uid(1))).contains(record(1, 1));
  }

  private List<Long> uses() {
    return database.inTransaction(
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery("SELECT uses FROM section")) {
            List<Long> uses = new ArrayList<>();
            while (row.next()) {
              uses.add(row.getLong(1));
            }
            return uses;
          }
        });
  }

  private long number(String sql) {
    return database.inTransaction(
        connection -> {
          try (Statement statement = connection.createStatement();
              ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
          }
        });
  }

  private void run(String sql) {
    database.inTransaction(
        connection -> {
          try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
          }
        });
  }
}
