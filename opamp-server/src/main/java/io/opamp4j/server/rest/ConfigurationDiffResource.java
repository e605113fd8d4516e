package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.ConfigurationDifference;
import io.opamp4j.server.fleet.FleetEditor;
import io.opamp4j.server.fleet.RunningVersion;
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

/** How two versions of a configuration differ. */
@Path(Api.ROOT + "/configurations/{name}/diff")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "configurations", description = "What agents should run with")
@AnswersProblems
public final class ConfigurationDiffResource {
  private final FleetEditor editor;
  private final ConfigurationLookup lookup;

  @Inject
  ConfigurationDiffResource(FleetEditor editor) {
    this.editor = editor;
    this.lookup = new ConfigurationLookup(editor);
  }

  @GET
  @Operation(
      operationId = "diffConfiguration",
      summary = "Compare two versions",
      description = "What would change for an agent that goes from one version to the other.")
  @ApiResponse(
      responseCode = "200",
      description = "The differences",
      content = @Content(schema = @Schema(implementation = ConfigurationDiff.class)))
  @ApiResponse(
      responseCode = "400",
      description = "A parameter is wrong",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "There is no such configuration, or a version is not kept",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public ConfigurationDiff diff(
      @PathParam("name") @Parameter(description = "The configuration") String name,
      @QueryParam("from")
          @Parameter(
              description = "A version; left out: the one that runs",
              schema = @Schema(type = "integer", format = "int64", minimum = "1"))
          @Nullable String from,
      @QueryParam("to")
          @Parameter(
              description = "A version; left out: the latest",
              schema = @Schema(type = "integer", format = "int64", minimum = "1"))
          @Nullable String to) {
    List<FieldError> errors = new ArrayList<>();
    Optional<Long> wantedFrom =
        Optional.ofNullable(from).map(text -> ConfigurationLookup.number("from", text, errors));
    Optional<Long> wantedTo =
        Optional.ofNullable(to).map(text -> ConfigurationLookup.number("to", text, errors));
    ProblemException.throwIfAny(errors);
    Configuration latest = lookup.latest(name);
    Optional<Configuration> before =
        wantedFrom
            .or(() -> Optional.of(editor.running(latest).version()))
            .filter(version -> version != RunningVersion.NONE)
            .map(version -> lookup.kept(latest, version));
    Configuration after = lookup.kept(latest, wantedTo.orElse(latest.version()));
    return new ConfigurationDiff(
        before.map(Configuration::version).orElse(null),
        after.version(),
        ConfigurationDifference.between(
                before.map(c -> c.spec().files()).orElseGet(ConfigFile::none), after.spec().files())
            .stream()
            .map(FileDiff::of)
            .toList());
  }
}
