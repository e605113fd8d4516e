package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.proto.AgentToServer;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.agents.Connection;
import io.opamp4j.server.fleet.Labels;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a listing shows of an agent. */
@Schema(description = "An agent in brief")
record AgentSummary(
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
    @Schema(
            requiredMode = REQUIRED,
            description = "As selectors see them: the agent's attributes and the operator's labels")
        Map<String, String> labels,
    @Schema(description = "What operators pinned it to; left out if nothing")
        @Nullable AgentPin pin,
    @Schema(description = "What the agent says of its health, if anything")
        @Nullable Boolean healthy,
    @Nullable RemoteConfigReport remoteConfigStatus,
    @Nullable AgentTarget target,
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

  static AgentSummary of(AgentView agent) {
    AgentToServer report = agent.report();
    return new AgentSummary(
        agent.uid().toString(),
        StateNames.name(agent.status().state()),
        agent.status().reason(),
        agent.statusSince(),
        new TreeMap<>(Labels.of(report, agent.labels())),
        AgentPin.of(agent.note()),
        report.hasHealth() ? report.getHealth().getHealthy() : null,
        RemoteConfigReport.of(report),
        AgentTarget.of(agent.target()),
        agent.firstSeen(),
        agent.lastSeen(),
        agent.transport().map(AgentSummary::name).orElse(null),
        agent.remoteAddress().orElse(null),
        agent.node().orElse(null));
  }

  static String name(Connection.Transport transport) {
    return transport.name().toLowerCase(Locale.ROOT);
  }
}
