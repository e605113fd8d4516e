package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.agents.AgentDirectory;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.inject.Inject;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.jspecify.annotations.Nullable;

/** The agents this server knows, connected or not. */
@Path(Api.ROOT + "/agents")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "agents", description = "The agents this server knows, connected or not")
@AnswersProblems
public final class AgentsResource {
  private final AgentDirectory directory;

  @Inject
  AgentsResource(AgentDirectory directory) {
    this.directory = directory;
  }

  @GET
  @Operation(
      operationId = "listAgents",
      summary = "List agents",
      description =
          "Those for which all parameters hold. If a value that is sorted by changes between two"
              + " pages, the agent may be on both or on none.")
  @ApiResponse(
      responseCode = "200",
      description = "One page",
      content = @Content(schema = @Schema(implementation = AgentPage.class)))
  @ApiResponse(
      responseCode = "400",
      description = "A parameter is wrong; errors names every one",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public AgentPage list(
      @QueryParam("limit")
          @Parameter(
              description = "The most items to return",
              schema =
                  @Schema(type = "integer", minimum = "1", maximum = "1000", defaultValue = "100"))
          @Nullable String limit,
      @QueryParam("cursor") @Parameter(description = "nextCursor of the page before")
          @Nullable String cursor,
      @BeanParam AgentQuery query,
      @QueryParam("sort")
          @Parameter(
              description =
                  "By what; name is the label service.name, and - before it turns the order round",
              schema =
                  @Schema(
                      type = "string",
                      defaultValue = "uid",
                      allowableValues = {
                        "uid",
                        "name",
                        "lastSeen",
                        "stateSince",
                        "-uid",
                        "-name",
                        "-lastSeen",
                        "-stateSince"
                      }))
          @Nullable String sort,
      @QueryParam("count")
          @Parameter(
              description = "Whether all agents that match are counted",
              schema = @Schema(type = "boolean", defaultValue = "false"))
          @Nullable String count) {
    return AgentSearch.parse(
            query.parameters(), new AgentSearch.Parameters(limit, cursor, sort, count))
        .run(directory);
  }

  @GET
  @Path("{uid}")
  @Operation(operationId = "getAgent", summary = "Read an agent")
  @ApiResponse(
      responseCode = "200",
      description = "The agent",
      content = @Content(schema = @Schema(implementation = AgentDetail.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The uid is malformed",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such agent",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public AgentDetail get(
      @PathParam("uid")
          @Parameter(
              description = "The instance uid",
              schema = @Schema(type = "string", format = "uuid"))
          String uid) {
    InstanceUid parsed = parse(uid);
    return directory.find(parsed).map(AgentDetail::of).orElseThrow(() -> absent(parsed));
  }

  @GET
  @Path("{uid}/diff")
  @Operation(
      operationId = "diffAgent",
      summary = "Compare what an agent runs with and what it should have",
      description =
          "Agents may change what they are given, so a difference does not mean that the"
              + " configuration was not applied. Where each side has one file, the two are compared"
              + " whatever they are called.")
  @ApiResponse(
      responseCode = "200",
      description = "The differences",
      content = @Content(schema = @Schema(implementation = AgentDiff.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The uid is malformed",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such agent",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public AgentDiff diff(
      @PathParam("uid")
          @Parameter(
              description = "The instance uid",
              schema = @Schema(type = "string", format = "uuid"))
          String uid) {
    InstanceUid parsed = parse(uid);
    return directory.find(parsed).map(AgentDiff::of).orElseThrow(() -> absent(parsed));
  }

  /** Reads the uid of a path. */
  static InstanceUid parse(String uid) {
    try {
      return InstanceUid.parse(uid);
    } catch (IllegalArgumentException e) {
      throw ProblemException.invalid("uid", "must be a UUID of 36 characters");
    }
  }

  static ProblemException absent(InstanceUid agent) {
    return new ProblemException(Problem.notFound("there is no agent " + agent));
  }
}
