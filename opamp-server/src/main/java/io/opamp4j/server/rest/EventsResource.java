package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.Problem.MEDIA_TYPE;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.agents.EventJournal;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What happened to the agents lately. */
@Path(Api.ROOT + "/events")
@Produces(MediaType.APPLICATION_JSON)
@Tag(name = "events", description = "What happened to the agents lately")
@AnswersProblems
public final class EventsResource {
  private final EventJournal journal;

  @Inject
  EventsResource(EventJournal journal) {
    this.journal = journal;
  }

  @GET
  @Operation(
      operationId = "listEvents",
      summary = "Read what happened to agents",
      description = "The last 10,000 events since this server started.")
  @ApiResponse(
      responseCode = "200",
      description = "Some events",
      content = @Content(schema = @Schema(implementation = EventPage.class)))
  @ApiResponse(
      responseCode = "400",
      description = "A parameter is wrong; errors names every one",
      content = @Content(mediaType = MEDIA_TYPE, schema = @Schema(implementation = Problem.class)))
  public EventPage list(
      @QueryParam("limit")
          @Parameter(
              description = "The most items to return",
              schema =
                  @Schema(type = "integer", minimum = "1", maximum = "1000", defaultValue = "100"))
          @Nullable String limit,
      @QueryParam("after")
          @Parameter(
              description = "Only events above this id, the oldest first; left out: the latest",
              schema = @Schema(type = "integer", format = "int64", minimum = "0"))
          @Nullable String after,
      @QueryParam("agent")
          @Parameter(
              description = "Only events of this agent",
              schema = @Schema(type = "string", format = "uuid"))
          @Nullable String agent) {
    List<FieldError> errors = new ArrayList<>();
    int most = Paging.limit(limit, errors);
    Optional<Long> id = Optional.ofNullable(after).map(text -> id("after", text, errors));
    Optional<InstanceUid> uid = Optional.ofNullable(agent).flatMap(text -> uid(text, errors));
    ProblemException.throwIfAny(errors);
    return EventPage.of(
        id.map(from -> journal.after(from, uid, most)).orElseGet(() -> journal.latest(uid, most)));
  }

  static long id(String field, String text, List<FieldError> errors) {
    if (text.matches("[0-9]{1,18}")) {
      return Long.parseLong(text);
    }
    errors.add(new FieldError(field, "must be the id of an event"));
    return 0;
  }

  static Optional<InstanceUid> uid(String text, List<FieldError> errors) {
    try {
      return Optional.of(InstanceUid.parse(text));
    } catch (IllegalArgumentException e) {
      errors.add(new FieldError("agent", "must be a UUID of 36 characters"));
      return Optional.empty();
    }
  }
}
