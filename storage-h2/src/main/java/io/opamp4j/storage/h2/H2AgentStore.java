package io.opamp4j.storage.h2;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.Ownership;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.ReportSections;
import io.opamp4j.storage.SectionReferences;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.h2.AgentRows.Incoming;
import io.opamp4j.storage.h2.AgentRows.Outgoing;
import java.io.IOException;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table {@code agent}. What is stored decides whether a record may be written; nothing comes
 * between, because the database's writers take turns and nobody else has it open.
 */
final class H2AgentStore implements AgentStore {
  private static final Logger LOG = LoggerFactory.getLogger(H2AgentStore.class);
  private static final byte[] BELOW_ALL = new byte[0];
  private static final String CLAIM = "SELECT term, owner_node, sections FROM agent WHERE uid = ?";

  private final H2Database database;
  private final SectionRows sections = new SectionRows();

  H2AgentStore(H2Database database) {
    this.database = database;
  }

  @Override
  public Optional<AgentRecord> find(InstanceUid uid) {
    return database.inSnapshot(
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement(
                  "SELECT " + AgentRows.COLUMNS + " FROM agent WHERE uid = ?")) {
            select.setBytes(1, uid.toBytes().toByteArray());
            try (ResultSet row = select.executeQuery()) {
              if (!row.next()) {
                return Optional.empty();
              }
              Incoming found = AgentRows.get(row);
              return Optional.of(whole(found, joiner(connection, List.of(found))));
            }
          }
        });
  }

  @Override
  public Set<InstanceUid> save(Collection<AgentRecord> records) {
    List<Outgoing> all = List.copyOf(records).stream().map(Outgoing::of).toList();
    database.requireOpen();
    if (all.isEmpty()) {
      return Set.of();
    }
    database.requireRoom();
    return database.writing(
        connection -> {
          Set<InstanceUid> left = new HashSet<>();
          SectionRows.Changes changes = new SectionRows.Changes();
          Collection<Outgoing> heard = heard(connection, all, left, changes);
          sections.apply(connection, changes);
          write(connection, heard);
          return left;
        });
  }

  /** The records that may be written, of each agent the last; the agents of the others are left. */
  private static Collection<Outgoing> heard(
      Connection connection,
      List<Outgoing> rows,
      Set<InstanceUid> left,
      SectionRows.Changes changes)
      throws SQLException {
    // Sorted as the table is.
    SortedMap<InstanceUid, Outgoing> heard = new TreeMap<>();
    try (PreparedStatement select = connection.prepareStatement(CLAIM)) {
      for (Outgoing row : rows) {
        InstanceUid uid = row.record().uid();
        Outgoing before = heard.get(uid);
        Optional<Claim> stored = before == null ? claim(select, uid) : Optional.empty();
        Ownership owner =
            before == null
                ? stored.map(Claim::ownership).orElse(Ownership.NONE)
                : before.record().ownership();
        boolean fresh = before == null && stored.isEmpty();
        if (fresh || row.record().ownership().mayReplace(owner)) {
          stored.ifPresent(claim -> changes.drop(claim.sections()));
          heard.put(uid, row);
        } else {
          left.add(uid);
        }
      }
    }
    heard.values().forEach(row -> changes.add(row.parts()));
    return heard.values();
  }

  /** What a writer must know of the row that it replaces. */
  private record Claim(Ownership ownership, SectionReferences sections) {}

  private static Optional<Claim> claim(PreparedStatement select, InstanceUid uid)
      throws SQLException {
    select.setBytes(1, uid.toBytes().toByteArray());
    try (ResultSet row = select.executeQuery()) {
      if (!row.next()) {
        return Optional.empty();
      }
      Ownership ownership =
          new Ownership(Math.max(0, row.getLong(1)), row.getString(2), ByteString.EMPTY);
      return Optional.of(new Claim(ownership, references(row.getBytes(3))));
    }
  }

  private static SectionReferences references(byte[] bytes) {
    try {
      return SectionReferences.from(ByteString.copyFrom(bytes));
    } catch (IOException e) {
      // A damaged row is replaced all the same; what it referred to is kept for good.
      return SectionReferences.NONE;
    }
  }

  private static void write(Connection connection, Collection<Outgoing> rows) throws SQLException {
    try (PreparedStatement merge =
        connection.prepareStatement(
            "MERGE INTO agent ("
                + AgentRows.COLUMNS
                + ") KEY (uid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (Outgoing row : rows) {
        AgentRows.set(merge, row);
        merge.addBatch();
      }
      merge.executeBatch();
    }
  }

  @Override
  public boolean remove(InstanceUid uid) {
    return database.durably(
        connection -> {
          SectionRows.Changes changes = new SectionRows.Changes();
          try (PreparedStatement select = connection.prepareStatement(CLAIM);
              PreparedStatement delete =
                  connection.prepareStatement("DELETE FROM agent WHERE uid = ?")) {
            claim(select, uid).ifPresent(claim -> changes.drop(claim.sections()));
            sections.apply(connection, changes);
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
    return database.inSnapshot(
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
              List<Incoming> found = new ArrayList<>();
              byte[] last = after;
              while (found.size() < query.limit() && row.next()) {
                found.add(AgentRows.get(row));
                last = row.getBytes(1);
              }
              boolean more = row.next();
              return new Rows(undamaged(found, joiner(connection, found)), last, more);
            }
          }
        });
  }

  private ReportSections.Joiner joiner(Connection connection, List<Incoming> rows)
      throws SQLException {
    List<ContentHash> hashes =
        rows.stream().flatMap(row -> row.sections().hashes().stream()).distinct().toList();
    return new ReportSections.Joiner(sections.read(connection, hashes));
  }

  /** The records; the log names those that are damaged and left out. */
  private List<AgentRecord> undamaged(List<Incoming> rows, ReportSections.Joiner joiner) {
    List<AgentRecord> records = new ArrayList<>();
    for (Incoming row : rows) {
      try {
        records.add(whole(row, joiner));
      } catch (StorageException e) {
        LOG.warn("{}; it is skipped", e.getMessage());
      }
    }
    return records;
  }

  private AgentRecord whole(Incoming row, ReportSections.Joiner joiner) {
    try {
      return row.whole(joiner);
    } catch (IOException e) {
      if (e instanceof ReportSections.DamagedSectionException damage) {
        sections.spoiled(damage.hash());
      }
      throw row.damaged(e);
    }
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
