package io.opamp4j.storage.h2;

import io.opamp4j.storage.StorageException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema up to date: applies, in order, each step that the table {@code schema_history}
 * does not name. A step is written there after its last statement, so one that was cut short is run
 * again from its beginning; that is why statements must be safe to run twice.
 */
final class Migrations {
  private static final Logger LOG = LoggerFactory.getLogger(Migrations.class);

  private final List<Migration> steps;

  Migrations(List<Migration> steps) {
    this.steps = List.copyOf(steps);
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).version() != i + 1) {
        throw new IllegalArgumentException("step " + (i + 1) + " is missing");
      }
    }
  }

  /**
   * Applies what is missing.
   *
   * @throws StorageException if the database has steps that this version does not know, or knows
   *     otherwise
   */
  void apply(Connection connection) throws SQLException {
    SortedMap<Integer, String> applied = applied(connection);
    check(applied);
    for (Migration step : steps.subList(applied.size(), steps.size())) {
      LOG.info("schema: applying step {}, {}", step.version(), step.name());
      apply(connection, step);
    }
  }

  private void check(SortedMap<Integer, String> applied) {
    if (!applied.isEmpty() && applied.lastKey() > steps.size()) {
      throw new StorageException(
          "the H2 database has schema "
              + applied.lastKey()
              + ", which is newer than schema "
              + steps.size()
              + " of this server: run the version that wrote it, or a later one",
          false,
          null);
    }
    int expected = 1;
    for (var step : applied.entrySet()) {
      if (step.getKey() != expected) {
        throw inconsistent("step " + expected + " of its schema was never applied");
      }
      if (!step.getValue().equals(steps.get(expected - 1).checksum())) {
        throw inconsistent("step " + expected + " of its schema is not the one released");
      }
      expected++;
    }
  }

  private static StorageException inconsistent(String why) {
    return new StorageException("the H2 database cannot be used: " + why, false, null);
  }

  private static SortedMap<Integer, String> applied(Connection connection) throws SQLException {
    SortedMap<Integer, String> checksums = new TreeMap<>();
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE IF NOT EXISTS schema_history (version INT PRIMARY KEY, name VARCHAR NOT"
              + " NULL, checksum VARCHAR NOT NULL, applied TIMESTAMP WITH TIME ZONE DEFAULT"
              + " CURRENT_TIMESTAMP)");
      try (ResultSet rows =
          statement.executeQuery("SELECT version, checksum FROM schema_history")) {
        while (rows.next()) {
          checksums.put(rows.getInt(1), rows.getString(2));
        }
      }
    }
    return checksums;
  }

  private static void apply(Connection connection, Migration step) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      for (String sql : step.statements()) {
        statement.execute(sql);
      }
    }
    try (PreparedStatement done =
        connection.prepareStatement(
            "INSERT INTO schema_history (version, name, checksum) VALUES (?, ?, ?)")) {
      done.setInt(1, step.version());
      done.setString(2, step.name());
      done.setString(3, step.checksum());
      done.executeUpdate();
    }
    if (!connection.getAutoCommit()) {
      connection.commit();
    }
  }
}
