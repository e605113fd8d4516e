package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.server.cluster.Membership;
import io.opamp4j.server.cluster.ShedDesk;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.InstantSource;

/** The nodes that share the storage; where it is not shared, this one. */
@Path(Api.ROOT + "/nodes")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "nodes", description = "The nodes that share the storage")
@AnswersProblems
public final class NodesResource {
  private final Membership membership;
  private final ShedDesk desk;
  private final InstantSource clock;

  @Inject
  NodesResource(Membership membership, ShedDesk desk, InstantSource clock) {
    this.membership = membership;
    this.desk = desk;
    this.clock = clock;
  }

  @GET
  @Operation(operationId = "listNodes", summary = "List the nodes and their load")
  @ApiResponse(
      responseCode = "200",
      description = "All nodes",
      content = @Content(schema = @Schema(implementation = NodeList.class)))
  public NodeList list() {
    return new NodeList(
        membership.nodes().stream().map(node -> NodeDetail.of(node, clock.instant())).toList());
  }

  @GET
  @Path("{id}")
  @Operation(operationId = "getNode", summary = "Read a node")
  @ApiResponse(
      responseCode = "200",
      description = "The node",
      content = @Content(schema = @Schema(implementation = NodeDetail.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such node",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public NodeDetail get(@PathParam("id") @Parameter(description = "The id of the node") String id) {
    return known(id);
  }

  @POST
  @Path("{id}/shed")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "shedConnections",
      summary = "Have a node close some of its WebSockets",
      description =
          "Their agents connect again, and whatever stands in front of the nodes can spread them"
              + " anew. They are closed bit by bit, and nobody is refused meanwhile.")
  @ApiResponse(
      responseCode = "202",
      description = "The node will close them",
      content = @Content(schema = @Schema(implementation = ShedAnswer.class)))
  @ApiResponse(
      responseCode = "400",
      description = "It is not said how many",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such node",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "409",
      description = "The node is dead, or has not taken the last such order yet",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response shed(
      @PathParam("id") @Parameter(description = "The id of the node") String id,
      @RequestBody(required = true) ShedInput input) {
    NodeDetail node = known(id);
    int connections = input.of(node.connections());
    if (!node.alive()) {
      throw new ProblemException(Problem.nodeBusy("node " + id + " does not answer"));
    }
    if (connections > 0 && !desk.order(id, connections)) {
      throw new ProblemException(
          Problem.nodeBusy("node " + id + " has not taken the last order yet"));
    }
    return Response.accepted(new ShedAnswer(connections)).build();
  }

  private NodeDetail known(String id) {
    return membership.nodes().stream()
        .filter(node -> node.entry().identity().id().equals(id))
        .findFirst()
        .map(node -> NodeDetail.of(node, clock.instant()))
        .orElseThrow(() -> new ProblemException(Problem.notFound("there is no node " + id)));
  }
}
