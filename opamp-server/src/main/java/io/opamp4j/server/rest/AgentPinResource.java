package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.KeptNote;
import io.opamp4j.server.agents.PinDesk;
import io.opamp4j.server.fleet.FleetEditor;
import io.opamp4j.server.fleet.Pin;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.headers.Header;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The pin of one agent: which configuration it gets, whatever selectors and priorities say. It is
 * kept with the labels that operators gave the agent, and has one ETag with them.
 */
@Path(Api.ROOT + "/agents/{uid}/pin")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "agents", description = "The agents this server knows, connected or not")
@AnswersProblems
public final class AgentPinResource {
  private final PinDesk desk;
  private final FleetEditor editor;
  private final AgentDirectory directory;

  @Inject
  AgentPinResource(PinDesk desk, FleetEditor editor, AgentDirectory directory) {
    this.desk = desk;
    this.editor = editor;
    this.directory = directory;
  }

  @GET
  @Operation(operationId = "getPin", summary = "Read what an agent is pinned to")
  @ApiResponse(
      responseCode = "200",
      description = "The pin; without configuration if there is none",
      headers =
          @Header(
              name = "ETag",
              description = "To be named when it is changed; that of the labels, too",
              schema = @Schema(type = "string")),
      content = @Content(schema = @Schema(implementation = PinDetail.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The uid is malformed",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such agent",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response pin(
      @PathParam("uid")
          @Parameter(
              description = "The agent's instance uid",
              schema = @Schema(type = "string", format = "uuid"))
          String uid) {
    return answer(desk.find(known(uid)));
  }

  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "putPin",
      summary = "Pin an agent to a configuration",
      description =
          "It gets that configuration at once, whatever selectors and priorities say: the version"
              + " that runs, and rollouts with it, or with version always that one. Is the"
              + " configuration or the version deleted later, the agent gets none and keeps what it"
              + " runs with, until it is pinned anew or no more.")
  @Parameter(
      in = ParameterIn.HEADER,
      name = "If-Match",
      description = "The ETag of the pin to replace, or *",
      schema = @Schema(type = "string"))
  @ApiResponse(
      responseCode = "200",
      description = "Pinned",
      headers =
          @Header(name = "ETag", description = "Of the pin", schema = @Schema(type = "string")),
      content = @Content(schema = @Schema(implementation = PinDetail.class)))
  @ApiResponse(
      responseCode = "400",
      description =
          "The body or the uid is wrong, or there is no such configuration or version; errors names"
              + " every problem",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such agent",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "412",
      description = "Pin or labels were changed; currentVersion is their ETag",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "428",
      description = "If-Match was not given",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response put(
      @PathParam("uid")
          @Parameter(
              description = "The agent's instance uid",
              schema = @Schema(type = "string", format = "uuid"))
          String uid,
      @RequestBody(required = true) PinInput input,
      @Context HttpHeaders headers) {
    Preconditions preconditions = Preconditions.of(headers);
    preconditions.requireIfMatch();
    InstanceUid agent = known(uid);
    List<FieldError> errors = new ArrayList<>();
    Optional<Pin> pin = input.checked(editor, errors);
    ProblemException.throwIfAny("the pin is not valid", errors);
    KeptNote kept = desk.put(agent, pin, matched(preconditions, agent));
    pin.flatMap(Pin::fixed).ifPresent(version -> editor.caughtUp(version.name()));
    return answer(kept);
  }

  @DELETE
  @Operation(
      operationId = "deletePin",
      summary = "Take the pin of an agent away",
      description = "Its labels decide again, at once. That it was not pinned is no error.")
  @Parameter(
      in = ParameterIn.HEADER,
      name = "If-Match",
      description = "The ETag of the pin to take away, or *",
      schema = @Schema(type = "string"))
  @ApiResponse(responseCode = "204", description = "It is not pinned")
  @ApiResponse(
      responseCode = "400",
      description = "The uid or the header is malformed",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such agent",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "412",
      description = "Pin or labels were changed; currentVersion is their ETag",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "428",
      description = "If-Match was not given",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response delete(
      @PathParam("uid")
          @Parameter(
              description = "The agent's instance uid",
              schema = @Schema(type = "string", format = "uuid"))
          String uid,
      @Context HttpHeaders headers) {
    Preconditions preconditions = Preconditions.of(headers);
    preconditions.requireIfMatch();
    InstanceUid agent = known(uid);
    long version = matched(preconditions, agent);
    if (desk.find(agent).note().pin().isPresent()) {
      desk.put(agent, Optional.empty(), version);
    }
    return Response.noContent().build();
  }

  private long matched(Preconditions preconditions, InstanceUid agent) {
    return preconditions.matched(
        "what is said of agent " + agent, Optional.of(desk.find(agent).version()));
  }

  private InstanceUid known(String uid) {
    InstanceUid agent = AgentsResource.parse(uid);
    if (directory.find(agent).isEmpty()) {
      throw AgentsResource.absent(agent);
    }
    return agent;
  }

  private static Response answer(KeptNote kept) {
    return Response.ok(PinDetail.of(kept))
        .tag(new EntityTag(Long.toString(kept.version())))
        .build();
  }
}
