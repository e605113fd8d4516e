package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.fleet.ConfigurationRollout;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A rollout without its agents. */
@Schema(description = "A rollout without its agents")
record RolloutSummary(
    @Schema(requiredMode = REQUIRED) String configuration,
    @Schema(description = "The version before; left out if none ran") @Nullable Long fromVersion,
    @Schema(requiredMode = REQUIRED) long toVersion,
    @Schema(requiredMode = REQUIRED) String phase,
    @Schema(requiredMode = REQUIRED, description = "Why it is in this phase") String reason,
    @Schema(requiredMode = REQUIRED, description = "When it came into this phase") Instant since,
    @Schema(requiredMode = REQUIRED) Instant started) {

  static RolloutSummary of(ConfigurationRollout rollout) {
    return new RolloutSummary(
        rollout.configuration(),
        rollout.from() == 0 ? null : rollout.from(),
        rollout.to(),
        RolloutNames.of(rollout.state().phase()),
        rollout.state().standing().reason(),
        rollout.state().standing().since(),
        rollout.started());
  }
}
