package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.FleetEditor;
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
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The versions of a configuration, past and present. */
@Path(Api.ROOT + "/configurations/{name}/versions")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "configurations", description = "What agents should run with")
@AnswersProblems
public final class ConfigurationVersionsResource {
  private final FleetEditor editor;
  private final ConfigurationLookup lookup;

  @Inject
  ConfigurationVersionsResource(FleetEditor editor) {
    this.editor = editor;
    this.lookup = new ConfigurationLookup(editor);
  }

  @GET
  @Operation(
      operationId = "listConfigurationVersions",
      summary = "List the versions of a configuration, the newest first",
      description = "The latest thousand are kept.")
  @ApiResponse(
      responseCode = "200",
      description = "One page",
      content = @Content(schema = @Schema(implementation = VersionPage.class)))
  @ApiResponse(
      responseCode = "400",
      description = "A parameter is wrong",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such configuration",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public VersionPage versions(
      @PathParam("name") @Parameter(description = "The configuration") String name,
      @QueryParam("limit")
          @Parameter(
              description = "The most items to return",
              schema =
                  @Schema(type = "integer", minimum = "1", maximum = "1000", defaultValue = "100"))
          @Nullable String limit,
      @QueryParam("cursor") @Parameter(description = "nextCursor of the page before")
          @Nullable String cursor) {
    List<FieldError> errors = new ArrayList<>();
    int most = Paging.limit(limit, errors);
    Optional<Long> before =
        Optional.ofNullable(cursor).map(text -> ConfigurationLookup.number("cursor", text, errors));
    ProblemException.throwIfAny(errors);
    Configuration latest = lookup.latest(name);
    // One more than asked for tells whether there is another page.
    List<Configuration> found = editor.versions(latest, before, most + 1);
    return VersionPage.of(found, editor.running(latest), most);
  }

  @GET
  @Path("{version}")
  @Operation(operationId = "getConfigurationVersion", summary = "Read one version")
  @ApiResponse(
      responseCode = "200",
      description = "The configuration as it was in that version",
      content = @Content(schema = @Schema(implementation = ConfigurationDetail.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such configuration, or the version is not kept",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public ConfigurationDetail version(
      @PathParam("name") @Parameter(description = "The configuration") String name,
      @PathParam("version")
          @Parameter(
              description = "The version",
              schema = @Schema(type = "integer", format = "int64", minimum = "1"))
          String version) {
    Configuration latest = lookup.latest(name);
    List<FieldError> errors = new ArrayList<>();
    long wanted = ConfigurationLookup.number("version", version, errors);
    if (!errors.isEmpty()) {
      throw new ProblemException(ConfigurationLookup.absent(name, version));
    }
    return ConfigurationDetail.of(lookup.kept(latest, wanted), editor.running(latest));
  }
}
