package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How one version differs from another. */
@Schema(description = "How one version of a configuration differs from another")
record ConfigurationDiff(
    @Schema(description = "The version compared with; left out if none ran") @Nullable Long from,
    @Schema(requiredMode = REQUIRED, description = "The version that was compared") long to,
    @Schema(requiredMode = REQUIRED, description = "The files that differ, by name")
        List<FileDiff> files) {}
