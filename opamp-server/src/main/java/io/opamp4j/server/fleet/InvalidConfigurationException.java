package io.opamp4j.server.fleet;

import java.util.List;

/** What an operator wrote is not a configuration. Names every problem, not only the first. */
public final class InvalidConfigurationException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final transient List<FieldProblem> problems;

  InvalidConfigurationException(List<FieldProblem> problems) {
    super("the configuration is not valid: " + problems);
    this.problems = List.copyOf(problems);
  }

  /** At least one. */
  public List<FieldProblem> problems() {
    return problems;
  }
}
