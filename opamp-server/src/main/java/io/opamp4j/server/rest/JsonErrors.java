package io.opamp4j.server.rest;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.opamp4j.server.fleet.FieldProblem;
import java.util.ArrayList;
import java.util.List;
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

  /**
   * @param unknown fields already found to be unknown
   * @return the answer; the failure of a stream below, if that was the cause
   */
  static RuntimeException of(JsonProcessingException failure, List<FieldError> unknown) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ProblemException ended) {
        return ended;
      }
      if (cause instanceof StreamConstraintsException limit) {
        return invalidJson(located("", limit.getOriginalMessage(), limit.getLocation()));
      }
      if (cause instanceof StreamReadException syntax
          && !(cause instanceof InputCoercionException)) {
        return invalidJson(located("", syntax.getOriginalMessage(), syntax.getLocation()));
      }
    }
    List<FieldError> errors = new ArrayList<>(unknown);
    errors.add(located(path(failure), expected(failure), failure.getLocation()));
    return invalid(errors);
  }

  private static String expected(JsonProcessingException failure) {
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

  private static String path(JsonProcessingException failure) {
    String path = "";
    if (failure instanceof JsonMappingException mapping) {
      for (JsonMappingException.Reference step : mapping.getPath()) {
        path =
            step.getFieldName() == null
                ? path + "[" + step.getIndex() + "]"
                : FieldProblem.member(path, step.getFieldName());
      }
    }
    return path;
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
