package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.proto.AgentToServer;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.fleet.Labels;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Everything known of an agent. */
@Schema(description = "An agent")
record AgentDetail(
    @Schema(requiredMode = REQUIRED, format = "uuid") String instanceUid,
    @Schema(
            requiredMode = REQUIRED,
            allowableValues = {
              "Disconnected",
              "Configuring",
              "Upgrading",
              "Error",
              "Incompatible",
              "Pending",
              "Connected"
            })
        String state,
    @Schema(requiredMode = REQUIRED, description = "Why it is in this state") String reason,
    @Schema(requiredMode = REQUIRED) Instant stateSince,
    @Schema(requiredMode = REQUIRED) AgentAttributes description,
    @Schema(
            requiredMode = REQUIRED,
            description = "As selectors see them: the agent's attributes and the operator's labels")
        Map<String, String> labels,
    @Schema(requiredMode = REQUIRED, description = "Set by operators; they win over attributes")
        Map<String, String> operatorLabels,
    @Schema(description = "What operators pinned it to; left out if nothing")
        @Nullable AgentPin pin,
    @Schema(requiredMode = REQUIRED, description = "By name; unknown bits as 0x10000")
        List<String> capabilities,
    @Schema(requiredMode = REQUIRED) List<String> customCapabilities,
    @Schema(description = "Names its components, which are under /api/v1/components")
        @Nullable String componentsHash,
    @Nullable ComponentHealthReport health,
    @Nullable EffectiveConfigReport effectiveConfig,
    @Nullable RemoteConfigReport remoteConfigStatus,
    @Nullable AgentTarget target,
    @Schema(requiredMode = REQUIRED) List<PackageReport> packages,
    @Schema(requiredMode = REQUIRED) Instant firstSeen,
    @Schema(requiredMode = REQUIRED) Instant lastSeen,
    @Schema(
            description = "What carries its connection; left out when disconnected",
            allowableValues = {"websocket", "http"})
        @Nullable String transport,
    @Schema(description = "Where it connects from; left out when disconnected")
        @Nullable String remoteAddress,
    @Schema(
            description =
                "The node that it is connected to, or was last; left out where there is only one")
        @Nullable String node) {

  static AgentDetail of(AgentView agent) {
    AgentToServer report = agent.report();
    return new AgentDetail(
        agent.uid().toString(),
        StateNames.name(agent.status().state()),
        agent.status().reason(),
        agent.statusSince(),
        AgentAttributes.of(report.getAgentDescription()),
        new TreeMap<>(Labels.of(report, agent.labels())),
        new TreeMap<>(agent.labels()),
        AgentPin.of(agent.note()),
        ProtoValues.capabilities(report.getCapabilities()),
        List.copyOf(report.getCustomCapabilities().getCapabilitiesList()),
        ProtoValues.hexOrNull(report.getAvailableComponents().getHash()),
        report.hasHealth() ? ComponentHealthReport.of(report.getHealth()) : null,
        EffectiveConfigReport.of(report),
        RemoteConfigReport.of(report),
        AgentTarget.of(agent.target()),
        PackageReport.allOf(report.getPackageStatuses()),
        agent.firstSeen(),
        agent.lastSeen(),
        agent.transport().map(AgentSummary::name).orElse(null),
        agent.remoteAddress().orElse(null),
        agent.node().orElse(null));
  }
}
