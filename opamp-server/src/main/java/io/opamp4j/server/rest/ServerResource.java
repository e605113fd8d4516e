package io.opamp4j.server.rest;

import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.server.agents.AgentDirectory;
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

  @Inject
  ServerResource(ServerInfo info, Storage storage, AgentDirectory directory) {
    this.info = info;
    this.storage = storage;
    this.directory = directory;
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
    return ServerStatus.of(info, storage.description(), storage.check(), counts);
  }

  @GET
  @Path("health")
  @Operation(operationId = "getHealth", summary = "Whether this server works; for probes")
  @ApiResponse(
      responseCode = "200",
      description = "It works",
      content = @Content(schema = @Schema(implementation = ServerHealth.class)))
  @ApiResponse(
      responseCode = "503",
      description = "It does not",
      content = @Content(schema = @Schema(implementation = ServerHealth.class)))
  public Response health() {
    ServerHealth health = ServerHealth.of(storage.check());
    return Response.status(health.healthy() ? 200 : 503).entity(health).build();
  }
}
