package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What every error is answered with (RFC 9457).
 *
 * @param type tells kinds of problems apart; {@code about:blank} if the status says it all
 * @param title of the kind, in plain words
 * @param status the HTTP status
 * @param detail what happened this time; null if the title says it all
 * @param errors what is wrong with each field; null if it is not about fields
 * @param currentVersion the version the thing is at, when another was expected
 * @param errorId finds the matching entry in the server's log, when the server failed
 */
@Schema(description = "What went wrong (RFC 9457)")
record Problem(
    @Schema(requiredMode = REQUIRED, description = "Tells kinds of problems apart", format = "uri")
        String type,
    @Schema(requiredMode = REQUIRED, description = "The kind of problem, in plain words")
        String title,
    @Schema(requiredMode = REQUIRED, description = "The HTTP status") int status,
    @Schema(description = "What happened this time") @Nullable String detail,
    @Schema(description = "What is wrong with each field") @Nullable List<FieldError> errors,
    @Schema(description = "The version the thing is at, when another was expected")
        @Nullable Long currentVersion,
    @Schema(description = "Finds the entry in the server's log, when the server failed")
        @Nullable String errorId) {

  /** The media type of problems. */
  static final String MEDIA_TYPE = "application/problem+json";

  /** A problem of which the status says it all. */
  static Problem ofStatus(int status, String title, @Nullable String detail) {
    return new Problem("about:blank", title, status, detail, null, null, null);
  }

  /** The request names or contains something wrong. */
  static Problem invalidRequest(String detail, List<FieldError> errors) {
    return new Problem(
        uri("invalid-request"), "Invalid request", 400, detail, List.copyOf(errors), null, null);
  }

  /** The body is not JSON. */
  static Problem invalidJson(FieldError error) {
    return new Problem(
        uri("invalid-json"), "Invalid JSON", 400, error.message(), List.of(error), null, null);
  }

  /** There is no such thing, though the path is right. */
  static Problem notFound(String detail) {
    return new Problem(uri("not-found"), "Not found", 404, detail, null, null, null);
  }

  /** The name is taken. */
  static Problem alreadyExists(String detail, long currentVersion) {
    return new Problem(
        uri("already-exists"), "Already exists", 409, detail, null, currentVersion, null);
  }

  /**
   * The thing is not at the expected version.
   *
   * @param currentVersion null if there is no such thing
   */
  static Problem versionConflict(String detail, @Nullable Long currentVersion) {
    return new Problem(
        uri("version-conflict"), "Version conflict", 412, detail, null, currentVersion, null);
  }

  /** The body is larger than is taken. */
  static Problem bodyTooLarge(long limit) {
    return new Problem(
        uri("body-too-large"),
        "Body too large",
        413,
        "the body must not be larger than " + limit + " bytes",
        null,
        null,
        null);
  }

  /** The key of a request was used for another one before. */
  static Problem keyInUse(String detail) {
    return new Problem(uri("key-in-use"), "Key in use", 409, detail, null, null, null);
  }

  /** The thing does not wait any more. */
  static Problem notPending(String detail) {
    return new Problem(uri("not-pending"), "Not pending", 409, detail, null, null, null);
  }

  /** The thing is in a state that does not allow it. */
  static Problem notNow(String detail) {
    return new Problem(uri("not-now"), "Not now", 409, detail, null, null, null);
  }

  /** The node cannot take orders now. */
  static Problem nodeBusy(String detail) {
    return new Problem(uri("node-busy"), "Node busy", 409, detail, null, null, null);
  }

  /** Too many things wait already. */
  static Problem tooManyWaiting(String detail) {
    return new Problem(uri("too-many-waiting"), "Too many waiting", 429, detail, null, null, null);
  }

  /** A change must say which version it is meant for. */
  static Problem preconditionRequired(String detail) {
    return new Problem(
        uri("precondition-required"), "Precondition required", 428, detail, null, null, null);
  }

  /** The server failed; the log knows more. */
  static Problem serverError(String errorId) {
    return new Problem(
        uri("internal-error"),
        "Internal error",
        500,
        "the server failed; its log has more under the error id",
        null,
        null,
        errorId);
  }

  /** What is stored under this name cannot be read. */
  static Problem unreadable(String detail) {
    return new Problem(uri("unreadable"), "Unreadable", 500, detail, null, null, null);
  }

  /** The store does not answer, and may later. */
  static Problem storageUnavailable(String errorId) {
    return brokenOff("the storage backend does not answer; try again later", errorId);
  }

  /** The store did not answer in the middle of something. */
  static Problem brokenOff(String detail, String errorId) {
    return new Problem(
        uri("storage-unavailable"), "Storage unavailable", 503, detail, null, null, errorId);
  }

  /** Nothing can be written until somebody makes room. */
  static Problem storageFull(String errorId) {
    return new Problem(
        uri("storage-full"),
        "Storage full",
        507,
        "the storage backend has no room; nothing was written",
        null,
        null,
        errorId);
  }

  private static String uri(String name) {
    return "urn:opamp4j:problem:" + name;
  }
}
