package io.opamp4j.ctl.configs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.Json;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a configuration says. Two that mean the same are equal.
 *
 * @param selector in canonical form if it is one; the server says what is wrong if not
 * @param priority of several that match an agent, the highest counts
 * @param description for people
 * @param files by name
 */
public record Content(
    String selector, int priority, String description, SortedMap<String, FileBody> files) {
  /** Copies the files. */
  public Content {
    selector = SelectorText.canonical(selector);
    files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
  }

  /** As the server shows it. */
  public static Content of(JsonNode json) {
    SortedMap<String, FileBody> files = new TreeMap<>();
    json.path("files").properties().forEach(e -> files.put(e.getKey(), FileBody.of(e.getValue())));
    return new Content(
        Json.text(json, "/selector"),
        (int) Json.number(json, "/priority"),
        Json.text(json, "/description"),
        files);
  }

  /** As the server takes it. */
  public ObjectNode toJson(String name) {
    ObjectNode json =
        Json.object()
            .put("name", name)
            .put("selector", selector)
            .put("priority", priority)
            .put("description", description);
    ObjectNode all = json.putObject("files");
    files.forEach((fileName, file) -> all.set(fileName, file.toJson()));
    return json;
  }
}
