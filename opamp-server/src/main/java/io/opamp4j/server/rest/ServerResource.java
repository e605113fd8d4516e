package io.opamp4j.server.rest;

import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.server.agents.AdmissionGate;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.cluster.Membership;
import io.opamp4j.storage.Storage;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** The server itself. */
@Path(Api.ROOT)
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "server", description = "The server itself")
@AnswersProblems
public final class ServerResource {
  private final ServerInfo info;
  private final Storage storage;
  private final AgentDirectory directory;
  private final AdmissionGate gate;
  private final Membership membership;

  @Inject
  ServerResource(
      ServerInfo info,
      Storage storage,
      AgentDirectory directory,
      AdmissionGate gate,
      Membership membership) {
    this.info = info;
    this.storage = storage;
    this.directory = directory;
    this.gate = gate;
    this.membership = membership;
  }

  @GET
  @Path("status")
  @Operation(operationId = "getStatus", summary = "What this server is and how many agents it has")
  @ApiResponse(
      responseCode = "200",
      description = "The status, also when something fails",
      content = @Content(schema = @Schema(implementation = ServerStatus.class)))
  public ServerStatus status() {
    Map<ConnectionState, Long> counts = new EnumMap<>(ConnectionState.class);
    directory
        .list(Optional.empty())
        .forEach(agent -> counts.merge(agent.status().state(), 1L, Long::sum));
    return ServerStatus.of(info, storage.description(), storage.check(), counts, gate.status());
  }

  @GET
  @Path("health")
  @Operation(
      operationId = "getHealth",
      summary = "Whether this server is ready for requests; for probes")
  @ApiResponse(
      responseCode = "200",
      description = "It is ready",
      content = @Content(schema = @Schema(implementation = ServerHealth.class)))
  @ApiResponse(
      responseCode = "503",
      description = "It is not: something fails, or it is about to stop",
      content = @Content(schema = @Schema(implementation = ServerHealth.class)))
  public Response health() {
    ServerHealth health =
        ServerHealth.of(storage.check(), gate.status().draining(), membership.trouble());
    return Response.status(health.healthy() ? 200 : 503).entity(health).build();
  }

  @GET
  @Path("health/live")
  @Operation(
      operationId = "getLiveness",
      summary = "Whether this process answers; for probes that would restart it")
  @ApiResponse(
      responseCode = "200",
      description = "It does, also while it is not ready",
      content = @Content(schema = @Schema(implementation = ServerHealth.class)))
  public ServerHealth live() {
    return ServerHealth.alive();
  }
}
