package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.core.rollout.RolloutCommand;
import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.FleetEditor;
import io.opamp4j.server.rollout.RolloutDesk;
import io.opamp4j.server.rollout.RolloutRefusedException;
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
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriBuilder;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rollout of a configuration: planned, started, looked at, steered. */
@Path(Api.ROOT + "/configurations/{name}/rollout")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "rollouts", description = "Changes that reach agents step by step")
@AnswersProblems
public final class RolloutResource {
  /** Nobody is authenticated yet. */
  private static final String OPERATOR = "an operator";

  private static final int LONGEST_REASON = 1_000;

  private static final Map<String, RolloutCommand> COMMANDS =
      Map.of(
          "pause", RolloutCommand.PAUSE,
          "resume", RolloutCommand.RESUME,
          "continue", RolloutCommand.CONTINUE,
          "retry", RolloutCommand.RETRY_FAILED,
          "cancel", RolloutCommand.CANCEL,
          "rollback", RolloutCommand.ROLL_BACK);

  private final RolloutDesk desk;
  private final RepeatedRequests repeated;
  private final ConfigurationLookup lookup;

  @Inject
  RolloutResource(RolloutDesk desk, FleetEditor editor, RepeatedRequests repeated) {
    this.desk = desk;
    this.repeated = repeated;
    this.lookup = new ConfigurationLookup(editor);
  }

  @GET
  @Operation(operationId = "getRollout", summary = "Read how far a rollout is")
  @ApiResponse(
      responseCode = "200",
      description = "The last rollout of the configuration, be it over",
      headers =
          @Header(name = "ETag", description = "Of its state", schema = @Schema(type = "string")),
      content = @Content(schema = @Schema(implementation = RolloutDetail.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is none",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response get(
      @PathParam("name") @Parameter(description = "The configuration") String name) {
    return answer(Response.ok(), desk.find(name).orElseThrow(() -> absent(name)));
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "startRollout",
      summary = "Start a rollout",
      description =
          "The first step is taken at once. There is one rollout of a configuration at a time.")
  @Parameter(
      in = ParameterIn.HEADER,
      name = OrdersResource.KEY_HEADER,
      description =
          "Names the request: sent again within a day, it is done once and answered the same",
      schema = @Schema(type = "string", maxLength = 255))
  @ApiResponse(
      responseCode = "201",
      description = "Started",
      headers = {
        @Header(name = "ETag", description = "Of its state", schema = @Schema(type = "string")),
        @Header(name = "Location", description = "Its path", schema = @Schema(type = "string"))
      },
      content = @Content(schema = @Schema(implementation = RolloutDetail.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The body is wrong; errors names every problem",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such configuration, or the version is not kept",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "409",
      description =
          "Another rollout is on its way, or the version runs already, or the key was used for"
              + " another request",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response start(
      @PathParam("name") @Parameter(description = "The configuration") String name,
      @RequestBody(required = true) RolloutInput input,
      @Context HttpHeaders headers) {
    return repeated.answer(
        headers, "start rollout of " + name, input, again -> started(request(name, input), again));
  }

  private Response started(RolloutDesk.Request request, boolean again) {
    String name = request.latest().name();
    RolloutDesk.Report started;
    try {
      started = desk.start(request, OPERATOR);
    } catch (RolloutRefusedException e) {
      Optional<RolloutDesk.Report> before = again ? desk.find(name) : Optional.empty();
      started = before.filter(report -> request.asksFor(report.kept())).orElseThrow(() -> e);
    }
    return answer(
        Response.created(
            UriBuilder.fromPath(Api.ROOT)
                .path("configurations")
                .path(name)
                .path("rollout")
                .build()),
        started);
  }

  @POST
  @Path("preview")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "previewRollout",
      summary = "Ask what a rollout would do",
      description = "Which agents, in what order, and how long; nothing is started.")
  @ApiResponse(
      responseCode = "200",
      description = "What would happen",
      content = @Content(schema = @Schema(implementation = RolloutPreviewDetail.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The body is wrong; errors names every problem",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such configuration, or the version is not kept",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public RolloutPreviewDetail preview(
      @PathParam("name") @Parameter(description = "The configuration") String name,
      @RequestBody(required = true) RolloutInput input) {
    RolloutDesk.Preview preview = desk.preview(request(name, input));
    return RolloutPreviewDetail.of(preview.course(), preview.missing());
  }

  @POST
  @Path("{command}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "steerRollout",
      summary = "Pause, resume, continue, retry, cancel or roll back",
      description =
          "pause takes no more steps; resume goes on and puts up with the errors so far; continue"
              + " begins the next stage; retry offers the version once more to the agents that"
              + " failed; cancel stops for good where it is; rollback returns every agent to the"
              + " version before.")
  @Parameter(
      in = ParameterIn.HEADER,
      name = "If-Match",
      description = "The ETag of the state that the command is meant for; any if left out",
      schema = @Schema(type = "string"))
  @ApiResponse(
      responseCode = "200",
      description = "Done; the rollout as it is now",
      headers =
          @Header(name = "ETag", description = "Of its state", schema = @Schema(type = "string")),
      content = @Content(schema = @Schema(implementation = RolloutDetail.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no rollout, or no such command",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "409",
      description = "The rollout is in a phase that does not take the command",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "412",
      description = "The rollout has moved on; currentVersion is its ETag",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response steer(
      @PathParam("name") @Parameter(description = "The configuration") String name,
      @PathParam("command")
          @Parameter(
              description = "What to do",
              schema =
                  @Schema(
                      type = "string",
                      allowableValues = {
                        "pause",
                        "resume",
                        "continue",
                        "retry",
                        "cancel",
                        "rollback"
                      }))
          String command,
      @RequestBody(required = true) CommandInput input,
      @Context HttpHeaders headers) {
    Preconditions preconditions = Preconditions.of(headers);
    @Nullable RolloutCommand known = COMMANDS.get(command);
    if (known == null) {
      throw new ProblemException(Problem.notFound("there is no command " + command));
    }
    String reason = input.reason() == null ? "" : input.reason();
    if (reason.length() > LONGEST_REASON) {
      throw ProblemException.invalid("reason", "is longer than 1000 characters");
    }
    RolloutDesk.Report report =
        desk.command(
                name,
                known,
                OPERATOR,
                reason,
                revision ->
                    preconditions.matchedIfGiven("the rollout of configuration " + name, revision))
            .orElseThrow(() -> absent(name));
    return answer(Response.ok(), report);
  }

  private RolloutDesk.Request request(String name, RolloutInput input) {
    RolloutInput.Checked checked = input.check();
    Configuration latest = lookup.latest(name);
    long version = Optional.ofNullable(input.version()).orElse(latest.version());
    return new RolloutDesk.Request(
        latest, lookup.kept(latest, version), checked.plan(), checked.selectors());
  }

  private static Response answer(Response.ResponseBuilder answer, RolloutDesk.Report report) {
    return answer
        .entity(RolloutDetail.of(report))
        .tag(new EntityTag(Long.toString(report.kept().revision())))
        .build();
  }

  private static ProblemException absent(String name) {
    return new ProblemException(Problem.notFound("there is no rollout of configuration " + name));
  }
}
