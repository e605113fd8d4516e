package io.opamp4j.storage.h2;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** Bytes into and out of BLOB columns. */
final class BlobColumns {
  private BlobColumns() {}

  static void set(PreparedStatement statement, int index, ByteString bytes) throws SQLException {
    if (bytes.size() <= H2Database.MAX_INLINE) {
      // A third of the cost of a stream, but H2 takes no longer array.
      statement.setBytes(index, bytes.toByteArray());
    } else {
      statement.setBinaryStream(index, bytes.newInput(), bytes.size());
    }
  }

  static ByteString get(ResultSet row, int column) throws SQLException {
    try (InputStream in = row.getBinaryStream(column)) {
      return ByteString.readFrom(in);
    } catch (IOException e) {
      throw new SQLException("a stored value cannot be read: " + e.getMessage(), e);
    }
  }
}
