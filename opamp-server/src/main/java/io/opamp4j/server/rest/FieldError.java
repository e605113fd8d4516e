package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.fleet.FieldProblem;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with one field of a request.
 *
 * @param field the path of a member of the body, or the name of a parameter or header; empty for
 *     the body as a whole
 * @param message in plain words
 * @param line in the body, from 1; null if it is not about a place there
 * @param column in that line, or in the field's own text if there is no line; from 1
 */
@Schema(description = "What is wrong with one field of a request")
record FieldError(
    @Schema(
            requiredMode = REQUIRED,
            description = "Path in the body, or name of a parameter or header; empty: the body")
        String field,
    @Schema(requiredMode = REQUIRED, description = "What is wrong, in plain words") String message,
    @Schema(description = "Line of the body, from 1") @Nullable Integer line,
    @Schema(description = "Column of that line; without a line, of the field's own text; from 1")
        @Nullable Integer column) {

  FieldError(String field, String message) {
    this(field, message, null, null);
  }

  static FieldError of(FieldProblem problem) {
    Integer column = problem.column().isPresent() ? problem.column().getAsInt() : null;
    return new FieldError(problem.field(), problem.message(), null, column);
  }
}
