package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.swagger.v3.oas.annotations.media.Schema;

/** What a node will shed. */
@Schema(description = "What will be done; connectionsToShed of the node tells how far it has come")
record ShedAnswer(
    @Schema(requiredMode = REQUIRED, description = "How many will be closed") int connections) {}
