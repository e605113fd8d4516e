package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

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
      @BeanParam AgentQuery query) {
    List<FieldError> errors = new ArrayList<>();
    AgentFilter filter = query.parameters().parse(errors);
    AgentTally.Trait trait = AgentTally.trait(by, errors);
    ProblemException.throwIfAny(errors);
    return AgentTally.of(directory, filter, trait);
  }
}
