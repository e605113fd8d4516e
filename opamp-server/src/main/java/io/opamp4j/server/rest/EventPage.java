package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.agents.EventJournal;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** Some events. */
@Schema(description = "Events in the order in which they happened")
record EventPage(
    @Schema(requiredMode = REQUIRED) List<EventEntry> items,
    @Schema(requiredMode = REQUIRED, description = "Give it as after to get what comes next")
        long last) {

  static EventPage of(EventJournal.Reading reading) {
    return new EventPage(reading.entries().stream().map(EventEntry::of).toList(), reading.last());
  }
}
