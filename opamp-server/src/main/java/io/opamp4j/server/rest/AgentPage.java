package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of agents. */
@Schema(description = "Agents in the order asked for")
record AgentPage(
    @Schema(requiredMode = REQUIRED) List<AgentSummary> items,
    @Schema(description = "Give it as cursor to get the next page; left out on the last")
        @Nullable String nextCursor,
    @Schema(description = "How many match on all pages; left out unless count was asked for")
        @Nullable Long total) {}
