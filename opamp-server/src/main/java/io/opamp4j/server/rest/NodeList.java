package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;

/** All nodes. */
@Schema(description = "Nodes in ascending order of id; dead ones are shown for a while")
record NodeList(@Schema(requiredMode = REQUIRED) List<NodeDetail> items) {}
