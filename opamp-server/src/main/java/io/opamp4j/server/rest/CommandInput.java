package io.opamp4j.server.rest;

import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Why an operator steers a rollout. */
@Schema(name = "RolloutCommand", description = "Why a rollout is steered")
record CommandInput(
    @Schema(description = "In plain words", maxLength = 1000) @Nullable String reason) {}
