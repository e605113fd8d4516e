package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.agents.EventJournal;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Map;

/** Something that happened to an agent. */
@Schema(description = "Something that happened to an agent")
record EventEntry(
    @Schema(requiredMode = REQUIRED, description = "Grows with every event") long id,
    @Schema(requiredMode = REQUIRED) Instant at,
    @Schema(requiredMode = REQUIRED, description = "The kind", example = "StatusChanged")
        String type,
    @Schema(requiredMode = REQUIRED, format = "uuid", description = "Its instance uid")
        String agent,
    @Schema(requiredMode = REQUIRED, description = "In plain words") String text,
    @Schema(requiredMode = REQUIRED, description = "What is particular to this kind")
        Map<String, String> fields) {

  static EventEntry of(EventJournal.Entry entry) {
    return new EventEntry(
        entry.id(),
        entry.event().at(),
        entry.event().getClass().getSimpleName(),
        entry.event().uid().toString(),
        EventTexts.text(entry.event()),
        EventTexts.fields(entry.event()));
  }
}
