package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.proto.AgentToServer;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The configuration an agent says it runs with. */
@Schema(description = "The configuration the agent says it runs with")
record EffectiveConfigReport(
    @Schema(requiredMode = REQUIRED, description = "Files by name") Map<String, ConfigFile> files) {

  /** Null if the agent has not said anything. */
  static @Nullable EffectiveConfigReport of(AgentToServer report) {
    return report.hasEffectiveConfig()
        ? new EffectiveConfigReport(ConfigFile.allOf(report.getEffectiveConfig().getConfigMap()))
        : null;
  }
}
