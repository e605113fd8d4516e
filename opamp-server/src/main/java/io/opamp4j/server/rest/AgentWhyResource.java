package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.agents.StatusHistories;
import io.opamp4j.server.fleet.FleetSource;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;

/** Why an agent is as it is. */
@Path(Api.ROOT + "/agents/{uid}/why")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "agents", description = "The agents this server knows, connected or not")
@AnswersProblems
public final class AgentWhyResource {
  private final AgentDirectory directory;
  private final FleetSource fleet;
  private final StatusHistories histories;

  @Inject
  AgentWhyResource(AgentDirectory directory, FleetSource fleet, StatusHistories histories) {
    this.directory = directory;
    this.fleet = fleet;
    this.histories = histories;
  }

  @GET
  @Operation(
      operationId = "explainAgent",
      summary = "Why an agent is in its state and gets what it gets")
  @ApiResponse(
      responseCode = "200",
      description = "The reasons",
      content = @Content(schema = @Schema(implementation = AgentWhy.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The uid is malformed",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such agent",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public AgentWhy why(
      @PathParam("uid")
          @Parameter(
              description = "The instance uid",
              schema = @Schema(type = "string", format = "uuid"))
          String uid) {
    InstanceUid parsed = AgentsResource.parse(uid);
    AgentView agent = directory.find(parsed).orElseThrow(() -> AgentsResource.absent(parsed));
    return AgentWhy.of(
        agent, fleet.current().explain(agent.report(), agent.note()), histories.find(parsed));
  }
}
