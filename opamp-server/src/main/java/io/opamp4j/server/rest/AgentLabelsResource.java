package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.KeptNote;
import io.opamp4j.server.agents.LabelDesk;
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
import java.util.Map;
import java.util.Optional;

/** The labels that operators gave one agent. */
@Path(Api.ROOT + "/agents/{uid}/labels")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "agents", description = "The agents this server knows, connected or not")
@AnswersProblems
public final class AgentLabelsResource {
  private final LabelDesk desk;
  private final AgentDirectory directory;

  @Inject
  AgentLabelsResource(LabelDesk desk, AgentDirectory directory) {
    this.desk = desk;
    this.directory = directory;
  }

  @GET
  @Operation(
      operationId = "getLabels",
      summary = "Read the labels that operators gave an agent",
      description = "The agent's own attributes are not among them.")
  @ApiResponse(
      responseCode = "200",
      description = "The labels",
      headers =
          @Header(
              name = "ETag",
              description = "To be named when they are changed",
              schema = @Schema(type = "string")),
      content = @Content(schema = @Schema(implementation = LabelsDetail.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The uid is malformed",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such agent",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response labels(
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
      operationId = "putLabels",
      summary = "Replace the labels that operators gave an agent",
      description =
          "A label wins over an attribute of the agent with the same key. What the agent should"
              + " have is decided anew at once.")
  @Parameter(
      in = ParameterIn.HEADER,
      name = "If-Match",
      description = "The ETag of the labels to replace, or *",
      schema = @Schema(type = "string"))
  @ApiResponse(
      responseCode = "200",
      description = "Replaced",
      headers =
          @Header(name = "ETag", description = "Of the labels", schema = @Schema(type = "string")),
      content = @Content(schema = @Schema(implementation = LabelsDetail.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The body or the uid is wrong; errors names every problem",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such agent",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "412",
      description = "The labels were changed; currentVersion is their ETag",
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
      @RequestBody(required = true) LabelsInput input,
      @Context HttpHeaders headers) {
    Preconditions preconditions = Preconditions.of(headers);
    preconditions.requireIfMatch();
    Map<String, String> labels = input.checked();
    InstanceUid agent = known(uid);
    long version = desk.find(agent).version();
    preconditions.matched("what is said of agent " + agent, Optional.of(version));
    return answer(desk.put(agent, labels, version));
  }

  private InstanceUid known(String uid) {
    InstanceUid agent = AgentsResource.parse(uid);
    if (directory.find(agent).isEmpty()) {
      throw AgentsResource.absent(agent);
    }
    return agent;
  }

  private static Response answer(KeptNote kept) {
    return Response.ok(LabelsDetail.of(kept))
        .tag(new EntityTag(Long.toString(kept.version())))
        .build();
  }
}
