package io.opamp4j.storage.h2;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One step of the schema: numbered, never changed once released.
 *
 * @param version 1 for the first step, then without gaps
 * @param name what it is for
 * @param sql statements that each end with a semicolon at the end of a line and may run twice
 */
record Migration(int version, String name, String sql) {
  /** Every step that was ever released, in order. */
  private static final List<String> RELEASED =
      List.of("agents_and_documents", "agent_ownership", "sections");

  Migration {
    requireNonNull(name, "name");
    // A checkout with other line ends must not look like a changed step.
    sql = sql.replace("\r\n", "\n");
  }

  static List<Migration> released() {
    return RELEASED.stream().map(name -> read(RELEASED.indexOf(name) + 1, name)).toList();
  }

  /** Tells a changed step from the one that was applied. */
  String checksum() {
    return ContentHash.of(ByteString.copyFromUtf8(sql)).toString();
  }

  List<String> statements() {
    String withoutComments =
        sql.lines().filter(line -> !line.startsWith("--")).collect(Collectors.joining("\n"));
    return Arrays.stream(withoutComments.split(";\\s*(\n|$)"))
        .map(String::strip)
        .filter(statement -> !statement.isEmpty())
        .toList();
  }

  private static Migration read(int version, String name) {
    String resource = "/db/h2/V%03d__%s.sql".formatted(version, name);
    try (InputStream in = Migration.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is missing from the jar");
      }
      return new Migration(version, name, new String(in.readAllBytes(), UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(resource, e);
    }
  }
}
