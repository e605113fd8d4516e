package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.server.fleet.FleetEditor;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** One thing done with many agents. */
@Path(Api.ROOT + "/agents/actions")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "agents", description = "The agents this server knows, connected or not")
@AnswersProblems
public final class AgentActionsResource {
  private final AgentActionRun actions;
  private final FleetEditor editor;
  private final RepeatedRequests repeated;

  @Inject
  AgentActionsResource(AgentActionRun actions, FleetEditor editor, RepeatedRequests repeated) {
    this.actions = actions;
    this.editor = editor;
    this.repeated = repeated;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "actOnAgents",
      summary = "Label, pin or restart many agents",
      description =
          "A request that is wrong changes nothing. If storage fails in the middle, the answer says"
              + " how far it came, and the same request does the rest; for restarts only with an"
              + " idempotency key, without which each request is a new restart.")
  @Parameter(
      in = ParameterIn.HEADER,
      name = OrdersResource.KEY_HEADER,
      description =
          "Names the request: sent again within a day, it is done once and answered the same. No"
              + " agent is ordered to restart twice with it. A dry run takes no notice of it",
      schema = @Schema(type = "string", maxLength = 255))
  @ApiResponse(
      responseCode = "200",
      description = "Done",
      content = @Content(schema = @Schema(implementation = AgentActionResult.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The body or the key is wrong; errors names every problem",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "409",
      description = "The key was used for another request",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "503",
      description = "Storage failed; detail says how far it came",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response act(
      @RequestBody(required = true) AgentActionInput input, @Context HttpHeaders headers) {
    AgentActionInput.Checked wanted =
        input.check(headers.getHeaderString(OrdersResource.KEY_HEADER), editor);
    return wanted.dryRun()
        ? done(wanted)
        : repeated.answer(headers, "act on agents", input, again -> done(wanted));
  }

  private Response done(AgentActionInput.Checked wanted) {
    return Response.ok(actions.run(wanted)).build();
  }
}
