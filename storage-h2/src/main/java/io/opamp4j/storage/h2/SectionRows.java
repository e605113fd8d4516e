package io.opamp4j.storage.h2;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.storage.ReportSections;
import io.opamp4j.storage.SectionReferences;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The table {@code section}. References are counted in the transaction that changes them, by one
 * writer at a time; a section that nobody refers to is deleted in it. Thread-safe but for {@link
 * #apply}.
 */
final class SectionRows {
  /** What a reader found spoiled; the next writer that has the content replaces it. */
  private final Set<ContentHash> spoiled = ConcurrentHashMap.newKeySet();

  /** What one transaction does to the references. */
  static final class Changes {
    private final Map<ContentHash, Long> uses = new HashMap<>();
    private final Map<ContentHash, ByteString> contents = new HashMap<>();

    void add(ReportSections.Parts parts) {
      parts.references().hashes().forEach(hash -> uses.merge(hash, 1L, Long::sum));
      contents.putAll(parts.contents());
    }

    void drop(SectionReferences references) {
      references.hashes().forEach(hash -> uses.merge(hash, -1L, Long::sum));
    }
  }

  void spoiled(ContentHash hash) {
    spoiled.add(hash);
  }

  /** The bytes of these sections, without those that are not there. */
  Map<ContentHash, ByteString> read(Connection connection, Collection<ContentHash> hashes)
      throws SQLException {
    Map<ContentHash, ByteString> contents = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement("SELECT content FROM section WHERE hash = ?")) {
      for (ContentHash hash : new LinkedHashSet<>(hashes)) {
        select.setBytes(1, bytes(hash));
        try (ResultSet row = select.executeQuery()) {
          if (row.next()) {
            contents.put(hash, BlobColumns.get(row, 1));
          }
        }
      }
    }
    return contents;
  }

  /** Called by one thread at a time. */
  void apply(Connection connection, Changes changes) throws SQLException {
    try (PreparedStatement count =
            connection.prepareStatement("UPDATE section SET uses = uses + ? WHERE hash = ?");
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO section (content, uses, hash) VALUES (?, ?, ?)");
        PreparedStatement mend =
            connection.prepareStatement("UPDATE section SET content = ? WHERE hash = ?");
        PreparedStatement delete =
            connection.prepareStatement("DELETE FROM section WHERE hash = ? AND uses <= 0")) {
      for (Map.Entry<ContentHash, Long> change : changes.uses.entrySet()) {
        byte[] hash = bytes(change.getKey());
        ByteString content = changes.contents.get(change.getKey());
        count.setLong(1, change.getValue());
        count.setBytes(2, hash);
        boolean there =
            change.getValue() == 0 ? exists(connection, hash) : count.executeUpdate() > 0;
        if (content != null && (!there || spoiled.contains(change.getKey()))) {
          PreparedStatement write = there ? mend : insert;
          BlobColumns.set(write, 1, content);
          if (!there) {
            // One that was lost has more uses than are known here; at least it has these.
            write.setLong(2, Math.max(1, change.getValue()));
          }
          write.setBytes(there ? 2 : 3, hash);
          write.executeUpdate();
          spoiled.remove(change.getKey());
        } else if (content == null) {
          delete.setBytes(1, hash);
          delete.executeUpdate();
        }
      }
    }
  }

  private static boolean exists(Connection connection, byte[] hash) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement("SELECT 1 FROM section WHERE hash = ?")) {
      select.setBytes(1, hash);
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  private static byte[] bytes(ContentHash hash) {
    return hash.bytes().toByteArray();
  }
}
