package io.opamp4j.server.rest;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.rollout.RolloutCommandException;
import io.opamp4j.server.agents.OrderRefusedException;
import io.opamp4j.server.fleet.InvalidConfigurationException;
import io.opamp4j.server.fleet.RolloutInProgressException;
import io.opamp4j.server.fleet.UnreadableConfigurationException;
import io.opamp4j.server.rollout.RolloutRefusedException;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.VersionConflictException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one place where whatever went wrong becomes an answer. What a client did wrong is told to the
 * client; what the server did wrong goes to the log, and the client gets the id to find it by.
 */
final class ProblemMapper implements ExceptionMapper<Throwable> {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemMapper.class);
  private static final int RETRY_AFTER_SECONDS = 5;

  private final Supplier<String> errorIds;

  /**
   * @param errorIds gives ids that do not repeat
   */
  ProblemMapper(Supplier<String> errorIds) {
    this.errorIds = requireNonNull(errorIds, "errorIds");
  }

  @Override
  public Response toResponse(Throwable failure) {
    if (failure instanceof ProblemException e) {
      return answer(e.problem()).build();
    }
    if (failure instanceof InvalidConfigurationException e) {
      return answer(
              Problem.invalidRequest(
                  "the configuration is not valid",
                  e.problems().stream().map(FieldError::of).toList()))
          .build();
    }
    if (failure instanceof VersionConflictException e) {
      return answer(conflict(e)).build();
    }
    if (failure instanceof RolloutRefusedException
        || failure instanceof RolloutInProgressException
        || failure instanceof RolloutCommandException) {
      return answer(Problem.notNow(String.valueOf(failure.getMessage()))).build();
    }
    if (failure instanceof OrderRefusedException e) {
      return answer(refused(e)).build();
    }
    if (failure instanceof WebApplicationException e) {
      return http(e);
    }
    if (failure instanceof StorageException e) {
      return storage(e);
    }
    if (failure instanceof ActionBrokenOffException e) {
      return answer(Problem.brokenOff(String.valueOf(e.getMessage()), logged(failure)))
          .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
          .build();
    }
    if (failure instanceof UnreadableConfigurationException e) {
      return answer(Problem.unreadable(String.valueOf(e.getMessage()))).build();
    }
    return answer(Problem.serverError(logged(failure))).build();
  }

  private Response storage(StorageException e) {
    String errorId = logged(e);
    return switch (e.reason()) {
      case FULL -> answer(Problem.storageFull(errorId)).build();
      case UNAVAILABLE ->
          answer(Problem.storageUnavailable(errorId))
              .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
              .build();
      case FAILED -> answer(Problem.serverError(errorId)).build();
    };
  }

  private static Problem conflict(VersionConflictException e) {
    Long current = e.currentVersion() == DocumentStore.ABSENT ? null : e.currentVersion();
    return Problem.versionConflict(String.valueOf(e.getMessage()), current);
  }

  private static Problem refused(OrderRefusedException e) {
    String detail = String.valueOf(e.getMessage());
    return switch (e.reason()) {
      case TOO_MANY -> Problem.tooManyWaiting(detail);
      case KEY_IN_USE -> Problem.keyInUse(detail);
      case NOT_PENDING -> Problem.notPending(detail);
    };
  }

  /** What Jersey itself found: no such path, method or media type. */
  private Response http(WebApplicationException e) {
    Response original = e.getResponse();
    int status = original.getStatus();
    if (status < 400) {
      return original;
    }
    if (status >= 500) {
      return answer(Problem.serverError(logged(e))).build();
    }
    Problem problem =
        Problem.ofStatus(status, original.getStatusInfo().getReasonPhrase(), detail(original));
    Response.ResponseBuilder answer = answer(problem);
    String allow = original.getHeaderString(HttpHeaders.ALLOW);
    return (allow == null ? answer : answer.header(HttpHeaders.ALLOW, allow)).build();
  }

  private static String detail(Response original) {
    return switch (original.getStatus()) {
      case 404 -> "there is nothing under this path";
      case 405 -> "this path takes " + original.getHeaderString(HttpHeaders.ALLOW);
      case 406 -> "answers are application/json, which the Accept header excludes";
      case 412 -> "the If-Match or If-None-Match header does not hold";
      case 415 -> "the body must be application/json";
      default -> "the request cannot be understood";
    };
  }

  private String logged(Throwable failure) {
    String id = errorIds.get();
    LOG.error("a REST request failed, error id {}", id, failure);
    return id;
  }

  private static Response.ResponseBuilder answer(Problem problem) {
    Response.ResponseBuilder answer =
        Response.status(problem.status()).entity(problem).type(Problem.MEDIA_TYPE);
    Long current = problem.currentVersion();
    return current == null ? answer : answer.tag(new EntityTag(current.toString()));
  }
}
