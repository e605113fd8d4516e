package io.opamp4j.storage.h2;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.KeyValueList;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.StorageException;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An agent's record as a row, in the order of {@link #COLUMNS}. */
final class AgentRows {
  static final String COLUMNS = "uid, report, labels, first_seen, last_seen, owner_node";

  /** What the wire let in must come back: the limit only guards the stack against damaged rows. */
  private static final int MAX_NESTING = 1_000;

  private AgentRows() {}

  static void set(PreparedStatement statement, AgentRecord record) throws SQLException {
    statement.setBytes(1, record.uid().toBytes().toByteArray());
    BlobColumns.set(statement, 2, record.report().toByteString());
    BlobColumns.set(statement, 3, encode(record.labels()));
    statement.setLong(4, record.firstSeen().toEpochMilli());
    statement.setLong(5, record.lastSeen().toEpochMilli());
    statement.setString(6, record.ownerNode().orElse(null));
  }

  /**
   * @throws StorageException naming the agent, if what is stored cannot be decoded
   */
  static AgentRecord get(ResultSet row) throws SQLException {
    InstanceUid uid = InstanceUid.from(ByteString.copyFrom(row.getBytes(1))).orElseThrow();
    try {
      CodedInputStream report = BlobColumns.get(row, 2).newCodedInput();
      report.setRecursionLimit(MAX_NESTING);
      return new AgentRecord(
          uid,
          AgentToServer.parseFrom(report),
          decode(BlobColumns.get(row, 3)),
          Instant.ofEpochMilli(row.getLong(4)),
          Instant.ofEpochMilli(row.getLong(5)),
          Optional.ofNullable(row.getString(6)));
    } catch (IOException e) {
      throw new StorageException("the stored record of agent " + uid + " is damaged", false, e);
    }
  }

  private static ByteString encode(Map<String, String> labels) {
    KeyValueList.Builder list = KeyValueList.newBuilder();
    new TreeMap<>(labels)
        .forEach(
            (key, value) ->
                list.addValues(
                    KeyValue.newBuilder()
                        .setKey(key)
                        .setValue(AnyValue.newBuilder().setStringValue(value))));
    return list.build().toByteString();
  }

  private static Map<String, String> decode(ByteString bytes) throws IOException {
    Map<String, String> labels = new TreeMap<>();
    for (KeyValue label : KeyValueList.parseFrom(bytes).getValuesList()) {
      labels.put(label.getKey(), label.getValue().getStringValue());
    }
    return labels;
  }
}
