package io.opamp4j.server.rest;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.opamp4j.server.fleet.FieldProblem;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Says in plain words, with field, line and column, what Jackson found wrong in a body. */
final class JsonErrors {
  private JsonErrors() {}

  /**
   * @param found what the body begins with; null if it is empty
   */
  static ProblemException notAnObject(@Nullable JsonToken found) {
    return invalidJson(
        new FieldError("", found == null ? "the body is empty" : "the body must be a JSON object"));
  }

  static ProblemException notText() {
    return invalidJson(new FieldError("", "the body is not UTF-8 text"));
  }

  static ProblemException trailing(JsonLocation at) {
    return invalidJson(located("", "something follows the end of the object", at));
  }

  static ProblemException invalid(List<FieldError> errors) {
    return new ProblemException(
        Problem.invalidRequest("the body is not what it should be", errors));
  }

  /** The text is not JSON, or JSON beyond all bounds. */
  static ProblemException syntax(JsonProcessingException failure) {
    return invalidJson(located("", failure.getOriginalMessage(), failure.getLocation()));
  }

  /** A field is not known or of another type. */
  static FieldError field(JsonMappingException failure) {
    String path = "";
    for (JsonMappingException.Reference step : failure.getPath()) {
      path =
          step.getFieldName() == null
              ? path + "[" + step.getIndex() + "]"
              : FieldProblem.member(path, step.getFieldName());
    }
    return new FieldError(path, expected(failure));
  }

  private static String expected(JsonMappingException failure) {
    if (failure instanceof UnrecognizedPropertyException unknown) {
      return "is not known; known are "
          + unknown.getKnownPropertyIds().stream()
              .map(String::valueOf)
              .sorted()
              .collect(Collectors.joining(", "));
    }
    Class<?> type =
        failure instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
    if (type == String.class) {
      return "must be text";
    }
    if (type == Integer.class || failure.getCause() instanceof InputCoercionException) {
      return "must be a whole number between " + Integer.MIN_VALUE + " and " + Integer.MAX_VALUE;
    }
    return "must be an object";
  }

  private static ProblemException invalidJson(FieldError error) {
    return new ProblemException(Problem.invalidJson(error));
  }

  private static FieldError located(String field, String message, @Nullable JsonLocation at) {
    return at == null
        ? new FieldError(field, message)
        : new FieldError(field, message, at.getLineNr(), at.getColumnNr());
  }
}
