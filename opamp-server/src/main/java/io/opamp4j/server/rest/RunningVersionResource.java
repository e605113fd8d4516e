package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.FleetEditor;
import io.opamp4j.server.fleet.RunningVersion;
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
import java.util.Optional;

/** Which version of a configuration agents get. */
@Path(Api.ROOT + "/configurations/{name}/running")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "configurations", description = "What agents should run with")
@AnswersProblems
public final class RunningVersionResource {
  private final FleetEditor editor;
  private final ConfigurationLookup lookup;

  @Inject
  RunningVersionResource(FleetEditor editor) {
    this.editor = editor;
    this.lookup = new ConfigurationLookup(editor);
  }

  @GET
  @Operation(
      operationId = "getRunningVersion",
      summary = "Read which version agents get",
      description = "The latest, unless that was written as a draft or another one was chosen.")
  @ApiResponse(
      responseCode = "200",
      description = "The version",
      headers =
          @Header(
              name = "ETag",
              description = "Of the choice, to be named when it is changed",
              schema = @Schema(type = "string")),
      content = @Content(schema = @Schema(implementation = RunningDetail.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such configuration",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response running(
      @PathParam("name") @Parameter(description = "The configuration") String name) {
    Configuration latest = lookup.latest(name);
    return answer(latest, editor.running(latest));
  }

  @PUT
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(
      operationId = "putRunningVersion",
      summary = "Choose which version agents get",
      description =
          "It goes to all of them at once: a draft is let go, or an old version is returned to."
              + " Later versions that are no drafts run as soon as they are written, as always.")
  @Parameter(
      in = ParameterIn.HEADER,
      name = "If-Match",
      description = "The ETag of the choice to change, or *",
      schema = @Schema(type = "string"))
  @ApiResponse(
      responseCode = "200",
      description = "Chosen",
      headers =
          @Header(name = "ETag", description = "Of the choice", schema = @Schema(type = "string")),
      content = @Content(schema = @Schema(implementation = RunningDetail.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The body is wrong, or the version is not kept",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such configuration",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "412",
      description = "Another choice was made; currentVersion is its ETag",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "428",
      description = "If-Match was not given",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public Response run(
      @PathParam("name") @Parameter(description = "The configuration") String name,
      @RequestBody(required = true) RunningInput input,
      @Context HttpHeaders headers) {
    Preconditions preconditions = Preconditions.of(headers);
    preconditions.requireIfMatch();
    Configuration latest = lookup.latest(name);
    Configuration chosen =
        Optional.ofNullable(input.version())
            .flatMap(version -> editor.find(latest, version))
            .orElseThrow(
                () ->
                    ProblemException.invalid(
                        "version", "must be a version of the configuration that is kept"));
    long revision = editor.running(latest).revision();
    preconditions.matched("the choice for configuration " + name, Optional.of(revision));
    return answer(latest, editor.run(chosen, revision));
  }

  private static Response answer(Configuration latest, RunningVersion running) {
    return Response.ok(
            new RunningDetail(running.any() ? running.version() : null, latest.version()))
        .tag(new EntityTag(Long.toString(running.revision())))
        .build();
  }
}
