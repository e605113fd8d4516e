package io.opamp4j.server.rest;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bounds of every listing. */
final class Paging {
  static final int MAX_LIMIT = 1_000;
  static final int DEFAULT_LIMIT = 100;

  private Paging() {}

  /**
   * Reads the parameter {@code limit}; null stands for the default.
   *
   * @throws ProblemException if it is not a number within the bounds
   */
  static int limit(@Nullable String text) {
    List<FieldError> errors = new ArrayList<>();
    int limit = limit(text, errors);
    ProblemException.throwIfAny(errors);
    return limit;
  }

  /** The same, adding to the errors instead. */
  static int limit(@Nullable String text, List<FieldError> errors) {
    if (text == null) {
      return DEFAULT_LIMIT;
    }
    if (text.matches("[0-9]{1,4}")) {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= MAX_LIMIT) {
        return limit;
      }
    }
    errors.add(new FieldError("limit", "must be a number from 1 to " + MAX_LIMIT));
    return DEFAULT_LIMIT;
  }
}
