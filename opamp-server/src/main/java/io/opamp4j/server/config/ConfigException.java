package io.opamp4j.server.config;

import java.util.List;

/** The configuration cannot be used; the message is the report of every problem. */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final transient List<ConfigProblems.Problem> problems;

  ConfigException(String report, List<ConfigProblems.Problem> problems) {
    super(report);
    this.problems = List.copyOf(problems);
  }

  /** What is wrong, at least one problem. */
  public List<ConfigProblems.Problem> problems() {
    return problems;
  }
}
