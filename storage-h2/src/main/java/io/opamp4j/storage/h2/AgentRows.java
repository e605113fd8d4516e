package io.opamp4j.storage.h2;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.Ownership;
import io.opamp4j.storage.RecordBytes;
import io.opamp4j.storage.ReportSections;
import io.opamp4j.storage.SectionReferences;
import io.opamp4j.storage.StorageException;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An agent's record as a row, in the order of {@link #COLUMNS}. */
final class AgentRows {
  static final String COLUMNS =
      "uid, report, labels, first_seen, last_seen, owner_node, term, presence, sections";

  private AgentRows() {}

  /** A record and its report in parts. */
  record Outgoing(AgentRecord record, ReportSections.Parts parts) {
    static Outgoing of(AgentRecord record) {
      return new Outgoing(record, ReportSections.split(record.report()));
    }
  }

  /**
   * A row as it was read.
   *
   * @param record the record, but for its sections; null if it is damaged
   * @param sections what its report still lacks
   * @param damage what is wrong with it; null if nothing is known to be
   */
  record Incoming(
      InstanceUid uid,
      @Nullable AgentRecord record,
      SectionReferences sections,
      @Nullable IOException damage) {

    /**
     * The record with its sections.
     *
     * @throws IOException if what is stored cannot be decoded
     */
    AgentRecord whole(ReportSections.Joiner joiner) throws IOException {
      if (record == null) {
        throw damage == null ? new IOException("it has no record") : damage;
      }
      return new AgentRecord(
          uid,
          joiner.join(record.report(), sections),
          record.labels(),
          record.firstSeen(),
          record.lastSeen(),
          record.ownership());
    }

    StorageException damaged(IOException why) {
      return new StorageException(
          "the stored record of agent " + uid + " is damaged: " + why.getMessage(), false, why);
    }
  }

  static void set(PreparedStatement statement, Outgoing row) throws SQLException {
    AgentRecord record = row.record();
    statement.setBytes(1, record.uid().toBytes().toByteArray());
    BlobColumns.set(statement, 2, row.parts().rest().toByteString());
    BlobColumns.set(statement, 3, RecordBytes.ofLabels(record.labels()));
    statement.setLong(4, record.firstSeen().toEpochMilli());
    statement.setLong(5, record.lastSeen().toEpochMilli());
    statement.setString(6, record.ownership().node());
    statement.setLong(7, record.ownership().term());
    BlobColumns.set(statement, 8, record.ownership().presence());
    statement.setBytes(9, row.parts().references().toBytes().toByteArray());
  }

  static Incoming get(ResultSet row) throws SQLException {
    InstanceUid uid = InstanceUid.from(ByteString.copyFrom(row.getBytes(1))).orElseThrow();
    try {
      return new Incoming(
          uid,
          new AgentRecord(
              uid,
              RecordBytes.toReport(BlobColumns.get(row, 2)),
              RecordBytes.toLabels(BlobColumns.get(row, 3)),
              Instant.ofEpochMilli(row.getLong(4)),
              Instant.ofEpochMilli(row.getLong(5)),
              new Ownership(
                  Math.max(0, row.getLong(7)), row.getString(6), BlobColumns.get(row, 8))),
          SectionReferences.from(ByteString.copyFrom(row.getBytes(9))),
          null);
    } catch (IOException e) {
      return new Incoming(uid, null, SectionReferences.NONE, e);
    }
  }
}
