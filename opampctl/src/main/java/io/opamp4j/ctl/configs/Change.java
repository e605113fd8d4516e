package io.opamp4j.ctl.configs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.ctl.Json;
import java.util.Locale;
import java.util.Optional;

/**
 * What has to be done about one configuration.
 *
 * @param version that is there now; 0 if there is none
 * @param runningVersion that agents get; 0 if they get none
 * @param wanted what it shall become; empty if it is to be deleted
 * @param differences as {@link Differences} shows them
 */
public record Change(
    Kind kind,
    String name,
    long version,
    long runningVersion,
    Optional<Content> wanted,
    ObjectNode differences) {
  /** What kind of change it is. */
  public enum Kind {
    CREATE,
    UPDATE,
    UNCHANGED,
    DELETE;

    /** As it is shown. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Compares what is wanted with what is there. Pure.
   *
   * @param current as the server shows it; empty if there is none
   */
  public static Change of(Wanted wanted, Optional<JsonNode> current) {
    if (current.isEmpty()) {
      return new Change(
          Kind.CREATE,
          wanted.name(),
          0,
          0,
          Optional.of(wanted.content()),
          Differences.between(null, wanted.content()));
    }
    Content before = Content.of(current.get());
    return new Change(
        before.equals(wanted.content()) ? Kind.UNCHANGED : Kind.UPDATE,
        wanted.name(),
        Json.number(current.get(), "/version"),
        Json.number(current.get(), "/runningVersion"),
        Optional.of(wanted.content()),
        Differences.between(before, wanted.content()));
  }

  /** The end of a configuration as a listing shows it. Pure. */
  public static Change deletion(JsonNode summary) {
    return new Change(
        Kind.DELETE,
        Json.text(summary, "/name"),
        Json.number(summary, "/version"),
        Json.number(summary, "/runningVersion"),
        Optional.empty(),
        Differences.between(null, null));
  }

  /** For programs. */
  public ObjectNode toJson() {
    ObjectNode json = Json.object().put("name", name).put("action", kind.toString());
    if (version > 0) {
      json.put("version", version);
    }
    json.setAll(differences);
    return json;
  }
}
