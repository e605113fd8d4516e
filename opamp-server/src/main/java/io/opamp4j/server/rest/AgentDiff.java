package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.fleet.ConfigurationDifference;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How an agent's target differs from what it runs with. */
@Schema(description = "What would change on an agent that took its target as it is")
record AgentDiff(
    @Schema(description = "What it should have; left out if no configuration matches")
        @Nullable AgentTarget target,
    @Schema(
            requiredMode = REQUIRED,
            description = "Whether it reports what it runs with; if not, nothing is compared")
        boolean reported,
    @Schema(requiredMode = REQUIRED, description = "The files that differ, by name")
        List<FileDiff> files) {

  static AgentDiff of(AgentView agent) {
    boolean reported = agent.report().hasEffectiveConfig();
    boolean comparable = reported && agent.target().offers().hasRemoteConfig();
    List<ConfigurationDifference> differences =
        comparable
            ? ConfigurationDifference.ofAgent(
                agent.target().offers().getRemoteConfig().getConfig(),
                agent.report().getEffectiveConfig().getConfigMap())
            : List.of();
    return new AgentDiff(
        AgentTarget.of(agent.target()), reported, differences.stream().map(FileDiff::of).toList());
  }
}
