package io.opamp4j.storage.h2;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.Page;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The table {@code agent}. */
final class H2AgentStore implements AgentStore {
  private static final byte[] BELOW_ALL = new byte[0];

  private final H2Database database;

  H2AgentStore(H2Database database) {
    this.database = database;
  }

  @Override
  public Optional<AgentRecord> find(InstanceUid uid) {
    return database.inTransaction(
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT " + AgentRows.COLUMNS + " FROM agent WHERE uid = ?")) {
            select.setBytes(1, uid.toBytes().toByteArray());
            try (ResultSet row = select.executeQuery()) {
              return row.next() ? Optional.of(AgentRows.get(row)) : Optional.empty();
            }
          }
        });
  }

  @Override
  public Set<InstanceUid> save(Collection<AgentRecord> records) {
    // Sorted, so that batches which overlap lock their rows in the same order and cannot deadlock.
    SortedMap<InstanceUid, AgentRecord> batch = new TreeMap<>();
    records.forEach(record -> batch.put(record.uid(), record));
    database.requireOpen();
    if (batch.isEmpty()) {
      return Set.of();
    }
    return database.inTransaction(
        connection -> {
          try (PreparedStatement merge =
              connection.prepareStatement(
                  "MERGE INTO agent ("
                      + AgentRows.COLUMNS
                      + ") KEY (uid)"
                      + " VALUES (?, ?, ?, ?, ?, ?)")) {
            for (AgentRecord record : batch.values()) {
              AgentRows.set(merge, record);
              merge.addBatch();
            }
            merge.executeBatch();
            return Set.of();
          }
        });
  }

  @Override
  public boolean remove(InstanceUid uid) {
    return database.durably(
        connection -> {
          try (PreparedStatement delete =
              connection.prepareStatement("DELETE FROM agent WHERE uid = ?")) {
            delete.setBytes(1, uid.toBytes().toByteArray());
            return delete.executeUpdate() > 0;
          }
        });
  }

  @Override
  public Page<AgentRecord> list(AgentQuery query) {
    byte[] after = query.after().map(uid -> uid.toBytes().toByteArray()).orElse(BELOW_ALL);
    Rows rows = read(after, query);
    while (rows.records().isEmpty() && rows.more()) {
      // A page of nothing but damaged rows must not end the listing.
      rows = read(rows.last(), query);
    }
    return new Page<>(rows.records(), rows.more());
  }

  private Rows read(byte[] after, AgentQuery query) {
    String ofOwner = query.ownerNode().isPresent() ? " AND owner_node = ?" : "";
    return database.inTransaction(
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT "
                      + AgentRows.COLUMNS
                      + " FROM agent WHERE uid > ?"
                      + ofOwner
                      + " ORDER BY uid FETCH FIRST ? ROWS ONLY")) {
            int index = 0;
            select.setBytes(++index, after);
            if (query.ownerNode().isPresent()) {
              select.setString(++index, query.ownerNode().get());
            }
            select.setInt(++index, query.limit() + 1);
            try (ResultSet row = select.executeQuery()) {
              List<AgentRecord> records = new ArrayList<>();
              byte[] last = after;
              for (int read = 0; read < query.limit() && row.next(); read++) {
                AgentRows.undamaged(row).ifPresent(records::add);
                last = row.getBytes(1);
              }
              return new Rows(records, last, row.next());
            }
          }
        });
  }

  /**
   * What a query gave.
   *
   * @param last the uid of the last row read, be it damaged
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Rows(List<AgentRecord> records, byte[] last, boolean more) {}

  @Override
  public long count() {
    return database.inTransaction(
        connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement("SELECT COUNT(*) FROM agent");
              ResultSet row = select.executeQuery()) {
            row.next();
            return row.getLong(1);
          }
        });
  }
}
