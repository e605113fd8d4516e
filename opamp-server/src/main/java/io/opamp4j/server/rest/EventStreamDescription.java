package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The live stream of events, for the description of the API only: no resource serves it, since one
 * would hold a thread for each subscriber. The listener does, with {@link EventStreamFormat}.
 */
@Path(Api.ROOT + "/events/stream")
@Produces("text/event-stream")
@Tag(name = "events", description = "What happened to the agents lately")
@AnswersProblems
public interface EventStreamDescription {

  @GET
  @Operation(
      operationId = "streamEvents",
      summary = "Follow what happens to agents, as server-sent events",
      description =
          "Each message has the event's id, its type as the name of the message, and the event as"
              + " JSON, as listEvents tells it. A message named reset says that events are missing"
              + " before what follows: they are not kept any more, or the id is not of this node,"
              + " or the reader was too slow. A comment comes every 15 s. A reader that takes"
              + " nothing for 30 s is cut off; who comes back with Last-Event-ID misses nothing"
              + " that is kept. The stream ends when the server stops.")
  @ApiResponse(
      responseCode = "200",
      description = "The stream",
      content = @Content(mediaType = "text/event-stream", schema = @Schema(type = "string")))
  @ApiResponse(
      responseCode = "400",
      description = "A parameter is wrong; errors names every one",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  @ApiResponse(
      responseCode = "503",
      description = "There are too many readers, or the server is about to stop",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  String stream(
      @HeaderParam("Last-Event-ID")
          @Parameter(
              description = "The id of the last event the reader has; wins over after",
              schema = @Schema(type = "integer", format = "int64", minimum = "0"))
          @Nullable String lastEventId,
      @QueryParam("after")
          @Parameter(
              description = "Begin above this id; left out: with what happens from now on",
              schema = @Schema(type = "integer", format = "int64", minimum = "0"))
          @Nullable String after,
      @QueryParam("agent")
          @Parameter(
              description = "Only events of this agent",
              schema = @Schema(type = "string", format = "uuid"))
          @Nullable String agent,
      @QueryParam("kind")
          @Parameter(
              description = "Only events of this type; may be given several times",
              array = @ArraySchema(schema = @Schema(type = "string")))
          List<String> kinds,
      @QueryParam("selector")
          @Parameter(
              description = "Only events of agents whose labels this selector matches by then",
              example = "env=prod,region in (eu,us),!canary")
          @Nullable String selector);
}
