package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Which version agents get. */
@Schema(description = "Which version of a configuration agents get")
record RunningDetail(
    @Schema(description = "The version; left out if agents get none yet") @Nullable Long version,
    @Schema(requiredMode = REQUIRED, description = "The newest version") long latestVersion) {}
