package io.opamp4j.server.rest;

import java.util.List;

/** Ends a request with this answer. */
final class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient Problem problem;

  ProblemException(Problem problem) {
    super(problem.toString(), null, false, false);
    this.problem = problem;
  }

  /** A single field of the request is wrong. */
  static ProblemException invalid(String field, String message) {
    return new ProblemException(
        Problem.invalidRequest(field + " " + message, List.of(new FieldError(field, message))));
  }

  /**
   * Some of the query parameters are wrong.
   *
   * @throws ProblemException if there are errors
   */
  static void throwIfAny(List<FieldError> errors) {
    throwIfAny("the query parameters are not valid", errors);
  }

  /**
   * Some fields of the request are wrong.
   *
   * @param detail what they make invalid, as a sentence
   * @throws ProblemException if there are errors
   */
  static void throwIfAny(String detail, List<FieldError> errors) {
    if (!errors.isEmpty()) {
      throw new ProblemException(Problem.invalidRequest(detail, errors));
    }
  }

  Problem problem() {
    return problem;
  }
}
