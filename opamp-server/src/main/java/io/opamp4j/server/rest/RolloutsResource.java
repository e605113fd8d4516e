package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.server.fleet.ConfigurationRollout;
import io.opamp4j.server.rollout.RolloutDesk;
import io.opamp4j.storage.Page;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
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
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rollouts of all configurations. */
@Path(Api.ROOT + "/rollouts")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "rollouts", description = "Changes that reach agents step by step")
@AnswersProblems
public final class RolloutsResource {
  private final RolloutDesk desk;

  @Inject
  RolloutsResource(RolloutDesk desk) {
    this.desk = desk;
  }

  @GET
  @Operation(
      operationId = "listRollouts",
      summary = "List rollouts",
      description = "The last one of each configuration, running or over.")
  @ApiResponse(
      responseCode = "200",
      description = "One page",
      content = @Content(schema = @Schema(implementation = RolloutPage.class)))
  @ApiResponse(
      responseCode = "400",
      description = "A parameter is wrong",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public RolloutPage list(
      @QueryParam("limit")
          @Parameter(
              description = "The most items to return",
              schema =
                  @Schema(type = "integer", minimum = "1", maximum = "1000", defaultValue = "100"))
          @Nullable String limit,
      @QueryParam("cursor") @Parameter(description = "nextCursor of the page before")
          @Nullable String cursor) {
    Page<ConfigurationRollout> page = desk.list(Optional.ofNullable(cursor), Paging.limit(limit));
    List<ConfigurationRollout> items = page.items();
    return new RolloutPage(
        items.stream().map(RolloutSummary::of).toList(),
        page.more() && !items.isEmpty() ? items.get(items.size() - 1).configuration() : null);
  }
}
