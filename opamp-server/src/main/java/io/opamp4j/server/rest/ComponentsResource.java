package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import com.google.protobuf.ByteString;
import io.opamp4j.server.agents.Catalogues;
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
import java.util.HexFormat;

/** What agents consist of. */
@Path(Api.ROOT + "/components")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "components", description = "What agents consist of")
@AnswersProblems
public final class ComponentsResource {
  private final Catalogues catalogues;

  @Inject
  ComponentsResource(Catalogues catalogues) {
    this.catalogues = catalogues;
  }

  @GET
  @Path("{hash}")
  @Operation(
      operationId = "getComponents",
      summary = "Read which components agents have",
      description =
          "componentsHash of an agent leads here. It is the agent's own, and the same for all"
              + " agents of one build.")
  @ApiResponse(
      responseCode = "200",
      description = "The components",
      content = @Content(schema = @Schema(implementation = ComponentCatalogue.class)))
  @ApiResponse(
      responseCode = "400",
      description = "The hash is malformed",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "404",
      description = "No agent has told the components of this hash",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public ComponentCatalogue get(
      @PathParam("hash") @Parameter(description = "The hash, hexadecimal") String hash) {
    ByteString bytes;
    try {
      bytes = ByteString.copyFrom(HexFormat.of().parseHex(hash));
    } catch (IllegalArgumentException e) {
      throw ProblemException.invalid("hash", "must be hexadecimal digits, two for each byte");
    }
    return catalogues
        .findAnywhere(bytes)
        .map(ComponentCatalogue::of)
        .orElseThrow(
            () -> new ProblemException(Problem.notFound("no agent has told the components")));
  }
}
