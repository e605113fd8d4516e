package io.opamp4j.ctl.command;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.ctl.Json;
import io.opamp4j.ctl.output.Plain;

/** Differences as people read them. Pure. */
final class DiffText {
  private DiffText() {}

  /** The files of a difference, in the unified format; empty if there are none. */
  static String files(JsonNode differences) {
    StringBuilder text = new StringBuilder();
    Json.elements(differences, "/files")
        .forEach(
            file -> {
              String from = Json.text(file, "/fromContentType");
              String to = Json.text(file, "/toContentType");
              String diff = Json.text(file, "/diff");
              String name = Json.text(file, "/name");
              String change = Json.text(file, "/change");
              if (change.equals("changed") && !from.equals(to)) {
                text.append(
                    Plain.line("%s: content type '%s' -> '%s'".formatted(name, from, to)) + "\n");
              } else if (diff.isEmpty()) {
                text.append(Plain.line(name + ": " + change + ", not shown as text") + "\n");
              }
              text.append(Plain.lines(diff));
            });
    return text.toString();
  }

  /** What else differs, each on a line. */
  static String fields(JsonNode differences) {
    StringBuilder text = new StringBuilder();
    Json.elements(differences, "/fields")
        .forEach(
            field ->
                text.append(
                    Plain.line(
                            "  %s: '%s' -> '%s'"
                                .formatted(
                                    Json.text(field, "/field"),
                                    Json.text(field, "/from"),
                                    Json.text(field, "/to")))
                        + "\n"));
    return text.toString();
  }
}
