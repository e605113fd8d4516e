package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.ConfigurationList;
import io.opamp4j.server.fleet.FleetEditor;
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
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What agents should run with. */
@Path(Api.ROOT + "/configurations")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "configurations", description = "What agents should run with")
@AnswersProblems
public final class ConfigurationsResource {
  private final FleetEditor editor;
  private final RepeatedRequests repeated;
  private final ConfigurationAnswers answers;

  @Inject
  ConfigurationsResource(FleetEditor editor, RepeatedRequests repeated) {
    this.editor = editor;
    this.repeated = repeated;
    this.answers = new ConfigurationAnswers(editor);
  }

  @GET
  @Operation(operationId = "listConfigurations", summary = "List configurations by name")
  @ApiResponse(
      responseCode = "200",
      description = "One page",
      content = @Content(schema = @Schema(implementation = ConfigurationPage.class)))
  @ApiResponse(
      responseCode = "400",
      description = "A parameter is wrong",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public ConfigurationPage list(
      @QueryParam("limit")
          @Parameter(
              description = "The most items to return",
              schema =
                  @Schema(type = "integer", minimum = "1", maximum = "1000", defaultValue = "100"))
          @Nullable String limit,
      @QueryParam("cursor") @Parameter(description = "nextCursor of the page before")
          @Nullable String cursor) {
    ConfigurationList list = editor.list(Optional.ofNullable(cursor), Paging.limit(limit));
    return ConfigurationPage.of(list, editor.running(list.items()));
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(operationId = "createConfiguration", summary = "Create a configuration")
  @Parameter(
      in = ParameterIn.HEADER,
      name = OrdersResource.KEY_HEADER,
      description =
          "Names the request: sent again within a day, it is done once and answered the same",
      schema = @Schema(type = "string", maxLength = 255))
  @ApiResponse(
      responseCode = "201",
      description = "Created",
      headers = {
        @Header(
            name = "ETag",
            description = "The version, quoted",
            schema = @Schema(type = "string")),
        @Header(name = "Location", description = "Its path", schema = @Schema(type = "string"))
      },
      content = @Content(schema = @Schema(implementation = ConfigurationDetail.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The body is wrong; errors names every problem",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "409",
      description = "The name is taken, or the key was used for another request",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "413",
      description = "The body is too large",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "415",
      description = "The body is not JSON",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response create(
      @QueryParam("draft")
          @Parameter(
              description = "Whether it waits until it is chosen to run; agents keep what runs",
              schema = @Schema(type = "boolean", defaultValue = "false"))
          @Nullable String draft,
      @RequestBody(required = true) ConfigurationInput input,
      @Context HttpHeaders headers) {
    FleetEditor.Going going = going(draft);
    return repeated.answer(
        headers,
        "create configuration " + going,
        input,
        again -> answers.created(input, going, again));
  }

  @GET
  @Path("{name}")
  @Operation(operationId = "getConfiguration", summary = "Read a configuration")
  @ApiResponse(
      responseCode = "200",
      description = "The configuration",
      headers =
          @Header(
              name = "ETag",
              description = "The version, quoted",
              schema = @Schema(type = "string")),
      content = @Content(schema = @Schema(implementation = ConfigurationDetail.class)))
  @ApiResponse(responseCode = "304", description = "Still at the version of If-None-Match")
  @ApiResponse(
      responseCode = "404",
      description = "There is no such configuration",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response get(
      @PathParam("name") @Parameter(description = "The configuration") String name,
      @Context Request request) {
    Configuration configuration =
        editor.find(name).orElseThrow(() -> new ProblemException(absent(name)));
    Response.ResponseBuilder unmet =
        request.evaluatePreconditions(ConfigurationAnswers.etag(configuration));
    if (unmet == null) {
      return answers.with(Response.ok(), configuration);
    }
    Response answer = unmet.build();
    if (answer.getStatus() >= 400) {
      throw new ClientErrorException(answer);
    }
    return answer;
  }

  @PUT
  @Path("{name}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "putConfiguration",
      summary = "Replace a configuration, or create it",
      description =
          "If-Match with the ETag of the version to replace, or If-None-Match: * to create; one of"
              + " them is required. Of several writers who read the same version, one succeeds.")
  @Parameter(
      in = ParameterIn.HEADER,
      name = "If-Match",
      description = "Which version may be replaced",
      schema = @Schema(type = "string"))
  @Parameter(
      in = ParameterIn.HEADER,
      name = "If-None-Match",
      description = "* creates",
      schema = @Schema(type = "string"))
  @ApiResponse(
      responseCode = "200",
      description = "Replaced",
      headers =
          @Header(
              name = "ETag",
              description = "The version, quoted",
              schema = @Schema(type = "string")),
      content = @Content(schema = @Schema(implementation = ConfigurationDetail.class)))
  @ApiResponse(
      responseCode = "201",
      description = "Created",
      headers = {
        @Header(
            name = "ETag",
            description = "The version, quoted",
            schema = @Schema(type = "string")),
        @Header(name = "Location", description = "Its path", schema = @Schema(type = "string"))
      },
      content = @Content(schema = @Schema(implementation = ConfigurationDetail.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The body or a header is wrong; errors names every problem",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "412",
      description = "Another version is there; currentVersion says which",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "413",
      description = "The body is too large",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "415",
      description = "The body is not JSON",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "428",
      description = "Neither If-Match nor If-None-Match was given",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response put(
      @PathParam("name") @Parameter(description = "The configuration") String name,
      @QueryParam("draft")
          @Parameter(
              description = "Whether it waits until it is chosen to run; agents keep what runs",
              schema = @Schema(type = "boolean", defaultValue = "false"))
          @Nullable String draft,
      @RequestBody(required = true) ConfigurationInput input,
      @Context HttpHeaders headers) {
    FleetEditor.Going going = going(draft);
    Preconditions preconditions = Preconditions.of(headers);
    if (preconditions.mustBeAbsent()) {
      return answers.created(editor.create(name, input.draft(), going));
    }
    long expected = preconditions.matched("configuration " + name, editor.version(name));
    return answers.with(Response.ok(), editor.replace(name, input.draft(), going, expected));
  }

  @DELETE
  @Path("{name}")
  @Operation(operationId = "deleteConfiguration", summary = "Delete a configuration")
  @Parameter(
      in = ParameterIn.HEADER,
      name = "If-Match",
      description = "Which version may be deleted; any if left out",
      schema = @Schema(type = "string"))
  @ApiResponse(responseCode = "204", description = "Deleted")
  @ApiResponse(
      responseCode = "404",
      description = "There is no such configuration",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "412",
      description = "Another version is there; currentVersion says which",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response delete(
      @PathParam("name") @Parameter(description = "The configuration") String name,
      @Context HttpHeaders headers) {
    Preconditions preconditions = Preconditions.of(headers);
    if (!preconditions.ifMatch().isEmpty()) {
      editor.remove(name, preconditions.matched("configuration " + name, editor.version(name)));
    } else if (!editor.remove(name)) {
      throw new ProblemException(absent(name));
    }
    return Response.noContent().build();
  }

  private static FleetEditor.Going going(@Nullable String draft) {
    if (draft == null || draft.equals("false")) {
      return FleetEditor.Going.LIVE;
    }
    if (!draft.equals("true")) {
      throw ProblemException.invalid("draft", "must be true or false");
    }
    return FleetEditor.Going.DRAFT;
  }

  private static Problem absent(String name) {
    return Problem.notFound("there is no configuration " + name);
  }
}
