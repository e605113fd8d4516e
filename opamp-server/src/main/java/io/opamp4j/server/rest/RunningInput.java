package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Which version agents are to get. */
@Schema(description = "Which version of a configuration agents are to get")
record RunningInput(
    @Schema(requiredMode = REQUIRED, description = "One that is kept", minimum = "1")
        @Nullable Long version) {}
