package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.cluster.NodeIdentity;
import io.opamp4j.server.cluster.NodeLoad;
import io.opamp4j.server.cluster.NodeView;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Duration;
import java.time.Instant;

/** One of the nodes that share the storage. */
@Schema(name = "Node", description = "A server process; its load is as of its last renewal")
record NodeDetail(
    @Schema(requiredMode = REQUIRED, description = "Another one after each start") String id,
    @Schema(requiredMode = REQUIRED, description = "As configured; stays after a restart")
        String name,
    @Schema(requiredMode = REQUIRED, description = "Where it listens") String address,
    @Schema(requiredMode = REQUIRED, description = "Of the product") String version,
    @Schema(requiredMode = REQUIRED, description = "When it was started") Instant since,
    @Schema(requiredMode = REQUIRED, description = "Whether it gave this answer") boolean self,
    @Schema(requiredMode = REQUIRED, description = "Whether it does what only one node may do")
        boolean leader,
    @Schema(
            requiredMode = REQUIRED,
            description = "No if it has not renewed its lease; its agents are Disconnected then")
        boolean alive,
    @Schema(requiredMode = REQUIRED, description = "As seen by the node that answers")
        long secondsSinceRenewal,
    @Schema(requiredMode = REQUIRED, description = "Of agents, open now") int connections,
    @Schema(requiredMode = REQUIRED, description = "Agents connected to it") int agents,
    @Schema(requiredMode = REQUIRED, description = "From agents, of late") double messagesPerSecond,
    @Schema(
            requiredMode = REQUIRED,
            description = "Connections it is still to close because they were to be shed")
        int connectionsToShed) {

  static NodeDetail of(NodeView node, Instant now) {
    NodeIdentity who = node.entry().identity();
    NodeLoad load = node.entry().load();
    return new NodeDetail(
        who.id(),
        who.name(),
        who.address(),
        who.version(),
        who.started(),
        node.self(),
        node.leader(),
        node.alive(),
        Math.max(0, Duration.between(node.renewed(), now).toSeconds()),
        load.connections(),
        load.agents(),
        load.messagesPerSecond(),
        load.toClose());
  }
}
