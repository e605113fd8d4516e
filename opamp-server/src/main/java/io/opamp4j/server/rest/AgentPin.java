package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.fleet.AgentNote;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What an agent is pinned to. */
@Schema(description = "The configuration that an agent gets whatever its labels are")
record AgentPin(
    @Schema(requiredMode = REQUIRED, description = "Its name") String configuration,
    @Schema(description = "The one version it stays at; left out if it goes along with changes")
        @Nullable Long version) {

  /** Null if the agent is not pinned. */
  static @Nullable AgentPin of(AgentNote note) {
    return note.pin()
        .map(pin -> new AgentPin(pin.configuration(), pin.version().orElse(null)))
        .orElse(null);
  }
}
