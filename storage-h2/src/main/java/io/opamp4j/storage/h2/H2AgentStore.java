package io.opamp4j.storage.h2;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.Ownership;
import io.opamp4j.storage.Page;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code agent}. Its writers take turns: what is stored decides whether a record may be
 * written, and nobody else has the database open. H2 writes one transaction after the other anyway.
 */
final class H2AgentStore implements AgentStore {
  private static final byte[] BELOW_ALL = new byte[0];

  private final H2Database database;
  private final Object writing = new Object();

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
    List<AgentRecord> all = List.copyOf(records);
    database.requireOpen();
    if (all.isEmpty()) {
      return Set.of();
    }
    synchronized (writing) {
      return database.inTransaction(
          connection -> {
            Set<InstanceUid> left = new HashSet<>();
            write(connection, heard(connection, all, left));
            return left;
          });
    }
  }

  /** The records that may be written, of each agent the last; the agents of the others are left. */
  private static Collection<AgentRecord> heard(
      Connection connection, List<AgentRecord> records, Set<InstanceUid> left) throws SQLException {
    // Sorted as the table is.
    SortedMap<InstanceUid, AgentRecord> heard = new TreeMap<>();
    try (PreparedStatement select =
        connection.prepareStatement("SELECT term, owner_node FROM agent WHERE uid = ?")) {
      for (AgentRecord record : records) {
        @Nullable AgentRecord before = heard.get(record.uid());
        Ownership stored = before == null ? owner(select, record.uid()) : before.ownership();
        if (stored == null || record.ownership().mayReplace(stored)) {
          heard.put(record.uid(), record);
        } else {
          left.add(record.uid());
        }
      }
    }
    return heard.values();
  }

  private static @Nullable Ownership owner(PreparedStatement select, InstanceUid uid)
      throws SQLException {
    select.setBytes(1, uid.toBytes().toByteArray());
    try (ResultSet row = select.executeQuery()) {
      return row.next()
          ? new Ownership(Math.max(0, row.getLong(1)), row.getString(2), ByteString.EMPTY)
          : null;
    }
  }

  private static void write(Connection connection, Collection<AgentRecord> records)
      throws SQLException {
    try (PreparedStatement merge =
        connection.prepareStatement(
            "MERGE INTO agent ("
                + AgentRows.COLUMNS
                + ") KEY (uid) VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (AgentRecord record : records) {
        AgentRows.set(merge, record);
        merge.addBatch();
      }
      merge.executeBatch();
    }
  }

  @Override
  public boolean remove(InstanceUid uid) {
    synchronized (writing) {
      return database.durably(
          connection -> {
            try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM agent WHERE uid = ?")) {
              delete.setBytes(1, uid.toBytes().toByteArray());
              return delete.executeUpdate() > 0;
            }
          });
    }
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
