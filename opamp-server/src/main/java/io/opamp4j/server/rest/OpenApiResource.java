package io.opamp4j.server.rest;

import io.swagger.v3.oas.annotations.OpenAPIDefinition;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.info.Info;
import io.swagger.v3.oas.annotations.info.License;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.servers.Server;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;

/** The description of this API, as it was generated when these classes were compiled. */
@OpenAPIDefinition(
    info =
        @Info(
            title = "opamp4j",
            version = "v1",
            description = "A control plane for telemetry agents that speak OpAMP.",
            license =
                @License(name = "Apache-2.0", url = "https://www.apache.org/licenses/LICENSE-2.0")),
    servers = @Server(url = "/", description = "This server"))
@Path(Api.ROOT + "/openapi.json")
@Tag(name = "server")
@AnswersProblems
public final class OpenApiResource {

  @Inject
  OpenApiResource() {}

  @GET
  @Produces(MediaType.APPLICATION_JSON)
  @Operation(operationId = "getOpenApi", summary = "This document")
  @ApiResponse(
      responseCode = "200",
      description = "OpenAPI 3.1",
      content = @Content(mediaType = MediaType.APPLICATION_JSON, schema = @Schema(type = "object")))
  public byte[] get() throws IOException {
    try (InputStream document = OpenApiResource.class.getResourceAsStream("openapi.json")) {
      if (document == null) {
        throw new IllegalStateException("openapi.json was not generated into this build");
      }
      return document.readAllBytes();
    }
  }
}
