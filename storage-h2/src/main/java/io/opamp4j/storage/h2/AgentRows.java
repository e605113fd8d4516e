package io.opamp4j.storage.h2;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.Ownership;
import io.opamp4j.storage.RecordBytes;
import io.opamp4j.storage.StorageException;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An agent's record as a row, in the order of {@link #COLUMNS}. */
final class AgentRows {
  static final String COLUMNS =
      "uid, report, labels, first_seen, last_seen, owner_node, term, presence";

  private static final Logger LOG = LoggerFactory.getLogger(AgentRows.class);

  private AgentRows() {}

  static void set(PreparedStatement statement, AgentRecord record) throws SQLException {
    statement.setBytes(1, record.uid().toBytes().toByteArray());
    BlobColumns.set(statement, 2, record.report().toByteString());
    BlobColumns.set(statement, 3, RecordBytes.ofLabels(record.labels()));
    statement.setLong(4, record.firstSeen().toEpochMilli());
    statement.setLong(5, record.lastSeen().toEpochMilli());
    statement.setString(6, record.ownership().node());
    statement.setLong(7, record.ownership().term());
    BlobColumns.set(statement, 8, record.ownership().presence());
  }

  /** The record, or nothing if it is damaged, which the log then says. */
  static Optional<AgentRecord> undamaged(ResultSet row) throws SQLException {
    try {
      return Optional.of(get(row));
    } catch (StorageException e) {
      LOG.warn("{}; it is skipped", e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * @throws StorageException naming the agent, if what is stored cannot be decoded
   */
  static AgentRecord get(ResultSet row) throws SQLException {
    InstanceUid uid = InstanceUid.from(ByteString.copyFrom(row.getBytes(1))).orElseThrow();
    try {
      return new AgentRecord(
          uid,
          RecordBytes.toReport(BlobColumns.get(row, 2)),
          RecordBytes.toLabels(BlobColumns.get(row, 3)),
          Instant.ofEpochMilli(row.getLong(4)),
          Instant.ofEpochMilli(row.getLong(5)),
          new Ownership(row.getLong(7), row.getString(6), BlobColumns.get(row, 8)));
    } catch (IOException | IllegalArgumentException e) {
      throw new StorageException("the stored record of agent " + uid + " is damaged", false, e);
    }
  }
}
