package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.server.agents.AgentDirectory;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How many agents there are of each kind. */
@Path(Api.ROOT + "/agents/counts")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "agents", description = "The agents this server knows, connected or not")
@AnswersProblems
public final class AgentCountsResource {
  private final AgentDirectory directory;

  @Inject
  AgentCountsResource(AgentDirectory directory) {
    this.directory = directory;
  }

  @GET
  @Operation(operationId = "countAgents", summary = "Count agents by state, health or a label")
  @ApiResponse(
      responseCode = "200",
      description = "The counts",
      content = @Content(schema = @Schema(implementation = AgentTally.class)))
  @ApiResponse(
      responseCode = "400",
      description = "A parameter is wrong; errors names every one",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public AgentTally count(
      @QueryParam("by")
          @Parameter(
              required = true,
              description = "state, health, configuration, or label: and the key of a label",
              example = "label:env")
          @Nullable String by,
      @QueryParam("state")
          @Parameter(
              description = "Only agents in this state; may be given several times",
              array =
                  @ArraySchema(
                      schema =
                          @Schema(
                              type = "string",
                              allowableValues = {
                                "Disconnected",
                                "Configuring",
                                "Upgrading",
                                "Error",
                                "Incompatible",
                                "Pending",
                                "Connected"
                              })))
          List<String> states,
      @QueryParam("selector")
          @Parameter(
              description = "Only agents whose labels this label selector matches",
              example = "env=prod,region in (eu,us),!canary")
          @Nullable String selector,
      @QueryParam("q")
          @Parameter(
              description =
                  "Only agents with this in their uid, a label's value, their address or the name"
                      + " and version of their configuration, upper or lower case",
              schema = @Schema(type = "string", maxLength = 255))
          @Nullable String q,
      @QueryParam("configuration")
          @Parameter(description = "Only agents that should have this configuration")
          @Nullable String configuration,
      @QueryParam("version")
          @Parameter(
              description = "Only agents that should have this version of the configuration",
              schema = @Schema(type = "integer", format = "int64", minimum = "1"))
          @Nullable String version,
      @QueryParam("health")
          @Parameter(
              description = "Only agents that say this of their health; unknown: nothing",
              schema =
                  @Schema(
                      type = "string",
                      allowableValues = {"healthy", "unhealthy", "unknown"}))
          @Nullable String health) {
    List<FieldError> errors = new ArrayList<>();
    AgentFilter filter =
        new AgentFilter.Parameters(states, selector, q, configuration, version, health)
            .parse(errors);
    AgentTally.Trait trait = AgentTally.trait(by, errors);
    ProblemException.throwIfAny(errors);
    return AgentTally.of(directory, filter, trait);
  }
}
