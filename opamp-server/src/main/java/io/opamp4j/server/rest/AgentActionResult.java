package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** What was done with many agents. */
@Schema(description = "What was done, or with dryRun would be")
record AgentActionResult(
    @Schema(requiredMode = REQUIRED, description = "How many agents were picked") long matched,
    @Schema(
            requiredMode = REQUIRED,
            description = "For how many of them something changed: labels, pin, or a new order")
        long changed,
    @Schema(requiredMode = REQUIRED, description = "The first 1,000 of those, by uid")
        List<String> agents,
    @Schema(requiredMode = REQUIRED, description = "Why nothing was done for others; at most 1,000")
        List<Refusal> refused) {
  static final int MOST_NAMED = 1_000;

  /** Nothing was done for one agent. */
  @Schema(name = "AgentActionRefusal", description = "Why nothing was done for an agent")
  record Refusal(
      @Schema(requiredMode = REQUIRED, format = "uuid") String agent,
      @Schema(requiredMode = REQUIRED, description = "In plain words") String reason) {}
}
