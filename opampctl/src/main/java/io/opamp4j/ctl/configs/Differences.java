package io.opamp4j.ctl.configs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.Json;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What distinguishes two contents, in the shape of the server's own differences. Pure. */
final class Differences {
  private Differences() {}

  /**
   * Members {@code fields} and {@code files}, each empty if nothing differs there.
   *
   * @param before null if there was nothing
   * @param after null if there will be nothing
   */
  static ObjectNode between(@Nullable Content before, @Nullable Content after) {
    ObjectNode all = Json.object();
    ArrayNode fields = all.putArray("fields");
    if (before != null && after != null) {
      add(fields, "selector", before.selector(), after.selector());
      add(
          fields,
          "priority",
          Integer.toString(before.priority()),
          Integer.toString(after.priority()));
      add(fields, "description", before.description(), after.description());
    }
    ArrayNode files = all.putArray("files");
    TreeSet<String> names = new TreeSet<>();
    names.addAll(before == null ? new TreeSet<>() : before.files().keySet());
    names.addAll(after == null ? new TreeSet<>() : after.files().keySet());
    for (String name : names) {
      FileBody was = before == null ? null : before.files().get(name);
      FileBody is = after == null ? null : after.files().get(name);
      if (was == null || is == null || !was.equals(is)) {
        files.add(file(name, was, is));
      }
    }
    return all;
  }

  private static void add(ArrayNode fields, String name, String from, String to) {
    if (!from.equals(to)) {
      fields.addObject().put("field", name).put("from", from).put("to", to);
    }
  }

  private static ObjectNode file(String name, @Nullable FileBody was, @Nullable FileBody is) {
    ObjectNode file = Json.object().put("name", name);
    file.put("change", was == null ? "added" : is == null ? "removed" : "changed");
    if (was != null && !was.contentType().isEmpty()) {
      file.put("fromContentType", was.contentType());
    }
    if (is != null && !is.contentType().isEmpty()) {
      file.put("toContentType", is.contentType());
    }
    boolean text = (was == null || was.isText()) && (is == null || is.isText());
    if (text) {
      String diff =
          UnifiedDiff.of(
              was == null ? "/dev/null" : "a/" + name,
              was == null ? "" : was.content(),
              is == null ? "/dev/null" : "b/" + name,
              is == null ? "" : is.content());
      if (!diff.isEmpty()) {
        file.put("diff", diff);
      }
    }
    return file;
  }
}
