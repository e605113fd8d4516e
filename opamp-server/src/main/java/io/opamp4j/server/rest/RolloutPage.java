package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of rollouts. */
@Schema(description = "Rollouts in ascending order of the configuration's name")
record RolloutPage(
    @Schema(requiredMode = REQUIRED) List<RolloutSummary> items,
    @Schema(description = "Give it as cursor to get the next page; left out on the last")
        @Nullable String nextCursor) {}
