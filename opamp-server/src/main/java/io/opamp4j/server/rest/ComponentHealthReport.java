package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.proto.ComponentHealth;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The health of an agent or of one of its components, with what it consists of. */
@Schema(description = "The health of an agent or of one of its components")
record ComponentHealthReport(
    @Schema(requiredMode = REQUIRED) boolean healthy,
    @Schema(description = "In the agent's own words") @Nullable String status,
    @Schema(description = "When the status was observed") @Nullable Instant statusTime,
    @Nullable String lastError,
    @Schema(description = "Left out when not running") @Nullable Instant startTime,
    @Schema(requiredMode = REQUIRED, description = "What it consists of, by name")
        Map<String, ComponentHealthReport> components) {

  static ComponentHealthReport of(ComponentHealth health) {
    Map<String, ComponentHealthReport> components = new TreeMap<>();
    health.getComponentHealthMapMap().forEach((name, part) -> components.put(name, of(part)));
    return new ComponentHealthReport(
        health.getHealthy(),
        ProtoValues.textOrNull(health.getStatus()),
        ProtoValues.timeOrNull(health.getStatusTimeUnixNano()),
        ProtoValues.textOrNull(health.getLastError()),
        ProtoValues.timeOrNull(health.getStartTimeUnixNano()),
        components);
  }
}
