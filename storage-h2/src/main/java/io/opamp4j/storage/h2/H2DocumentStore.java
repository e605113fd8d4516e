package io.opamp4j.storage.h2;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.LocalChangeFeed;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.VersionConflictException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.h2.api.ErrorCode;

/**
 * The table {@code document}. The version is compared by the statement that changes the row, under
 * the row's lock; only a loser reads it again, to say what is there now.
 */
final class H2DocumentStore implements DocumentStore {
  private static final byte[] BELOW_ALL = new byte[0];

  private final H2Database database;
  private final LocalChangeFeed changes;
  private final InstantSource clock;

  H2DocumentStore(H2Database database, LocalChangeFeed changes, InstantSource clock) {
    this.database = database;
    this.changes = changes;
    this.clock = clock;
  }

  @Override
  public Optional<Document> find(String kind, String id) {
    Document.requireKey(kind, id);
    return database.inTransaction(
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT id, version, body, modified FROM document WHERE kind = ? AND id = ?")) {
            select.setString(1, kind);
            select.setBytes(2, id.getBytes(UTF_8));
            try (ResultSet row = select.executeQuery()) {
              return row.next() ? Optional.of(document(kind, row)) : Optional.empty();
            }
          }
        });
  }

  @Override
  public Document put(String kind, String id, ByteString body, long expectedVersion) {
    Document.requireKey(kind, id);
    requireNonNull(body, "body");
    Instant now = clock.instant();
    database.requireRoom();
    database.durably(
        connection -> {
          boolean written =
              expectedVersion == ABSENT
                  ? insert(connection, new Document(kind, id, 1, body, now))
                  : update(connection, kind, id, body, now, expectedVersion);
          if (!written) {
            throw conflict(connection, kind, id, expectedVersion);
          }
          return true;
        });
    changes.publish(kind, id);
    return new Document(kind, id, expectedVersion + 1, body, now);
  }

  @Override
  public void remove(String kind, String id, long expectedVersion) {
    Document.requireKey(kind, id);
    database.durably(
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement(
                  "DELETE FROM document WHERE kind = ? AND id = ? AND version = ?")) {
            delete.setString(1, kind);
            delete.setBytes(2, id.getBytes(UTF_8));
            delete.setLong(3, expectedVersion);
            if (delete.executeUpdate() == 0) {
              throw conflict(connection, kind, id, expectedVersion);
            }
            return true;
          }
        });
    changes.publish(kind, id);
  }

  @Override
  public Page<Document> list(String kind, Optional<String> after, int limit) {
    Document.requireKind(kind);
    DocumentStore.requireLimit(limit);
    return database.inTransaction(
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT id, version, body, modified FROM document WHERE kind = ? AND id > ?"
                      + " ORDER BY id FETCH FIRST ? ROWS ONLY")) {
            select.setString(1, kind);
            select.setBytes(2, after.map(id -> id.getBytes(UTF_8)).orElse(BELOW_ALL));
            select.setInt(3, limit + 1);
            try (ResultSet rows = select.executeQuery()) {
              List<Document> items = new ArrayList<>();
              while (items.size() < limit && rows.next()) {
                items.add(document(kind, rows));
              }
              return new Page<>(items, rows.next());
            }
          }
        });
  }

  @Override
  public List<String> kinds() {
    return database.inTransaction(
        connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement("SELECT DISTINCT kind FROM document ORDER BY kind");
              ResultSet rows = select.executeQuery()) {
            List<String> kinds = new ArrayList<>();
            while (rows.next()) {
              kinds.add(rows.getString(1));
            }
            return kinds;
          }
        });
  }

  @Override
  public void restore(Document document) {
    database.requireRoom();
    database.durably(
        connection -> {
          if (!insert(connection, document)) {
            throw conflict(connection, document.kind(), document.id(), ABSENT);
          }
          return true;
        });
    changes.publish(document.kind(), document.id());
  }

  private static boolean insert(Connection connection, Document document) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO document (body, modified, kind, id, version) VALUES (?, ?, ?, ?, ?)")) {
      setContent(insert, document.kind(), document.id(), document.body(), document.modified());
      insert.setLong(5, document.version());
      return insert.executeUpdate() > 0;
    } catch (SQLException e) {
      if (e.getErrorCode() == ErrorCode.DUPLICATE_KEY_1) {
        return false;
      }
      throw e;
    }
  }

  private static boolean update(
      Connection connection,
      String kind,
      String id,
      ByteString body,
      Instant now,
      long expectedVersion)
      throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "UPDATE document SET body = ?, modified = ?, version = version + 1"
                + " WHERE kind = ? AND id = ? AND version = ?")) {
      setContent(update, kind, id, body, now);
      update.setLong(5, expectedVersion);
      return update.executeUpdate() > 0;
    }
  }

  private static void setContent(
      PreparedStatement statement, String kind, String id, ByteString body, Instant now)
      throws SQLException {
    BlobColumns.set(statement, 1, body);
    statement.setLong(2, now.toEpochMilli());
    statement.setString(3, kind);
    statement.setBytes(4, id.getBytes(UTF_8));
  }

  private static VersionConflictException conflict(
      Connection connection, String kind, String id, long expectedVersion) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT version FROM document WHERE kind = ? AND id = ?")) {
      select.setString(1, kind);
      select.setBytes(2, id.getBytes(UTF_8));
      try (ResultSet row = select.executeQuery()) {
        long current = row.next() ? row.getLong(1) : ABSENT;
        return new VersionConflictException(kind, id, expectedVersion, current);
      }
    }
  }

  private static Document document(String kind, ResultSet row) throws SQLException {
    return new Document(
        kind,
        new String(row.getBytes(1), UTF_8),
        row.getLong(2),
        BlobColumns.get(row, 3),
        Instant.ofEpochMilli(row.getLong(4)));
  }
}
