package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.server.ConfigurationCheck;
import io.opamp4j.server.ConfigurationCheck.Finding;
import io.opamp4j.server.ConfigurationCheck.Needs;
import io.opamp4j.server.ConfigurationCheck.Problem;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks every {@link ConfigurationCheck} and puts together what they say. Thread-safe. */
final class ConfigurationChecks {
  private static final Logger LOG = LoggerFactory.getLogger(ConfigurationChecks.class);

  private final List<ConfigurationCheck> checks;

  @Inject
  ConfigurationChecks(Set<ConfigurationCheck> checks) {
    this.checks = List.copyOf(requireNonNull(checks, "checks"));
  }

  /**
   * Lets a configuration be written.
   *
   * @throws InvalidConfigurationException if something is wrong with it, naming all of it
   */
  void requireNoProblems(AgentConfigMap files) {
    List<FieldProblem> problems = new ArrayList<>();
    for (ConfigurationCheck check : checks) {
      try {
        check.check(files).problems().forEach(problem -> problems.add(field(problem)));
      } catch (RuntimeException e) {
        LOG.error("{} failed on a configuration", check.getClass().getName(), e);
        problems.add(
            new FieldProblem(
                "files", "could not be checked by " + check.getClass().getName() + ": " + e));
      }
    }
    if (!problems.isEmpty()) {
      throw new InvalidConfigurationException(problems);
    }
  }

  /** What agents must have for a configuration that was written before. Throws nothing. */
  Needs needs(AgentConfigMap files) {
    List<Needs> needs = new ArrayList<>();
    for (ConfigurationCheck check : checks) {
      try {
        Needs found = check.check(files).needs();
        if (found != Finding.NOTHING.needs()) {
          needs.add(found);
        }
      } catch (RuntimeException e) {
        LOG.error("{} failed on a configuration and is left out", check.getClass().getName(), e);
      }
    }
    return needs.isEmpty() ? Finding.NOTHING.needs() : components -> missing(needs, components);
  }

  private static List<String> missing(List<Needs> needs, Optional<AvailableComponents> components) {
    return needs.stream().flatMap(n -> n.missing(components).stream()).distinct().toList();
  }

  private static FieldProblem field(Problem problem) {
    String path = FieldProblem.member("files", problem.file());
    return new FieldProblem(
        path,
        problem.line() > 0
            ? "line " + problem.line() + ", column " + problem.column() + ": " + problem.message()
            : problem.message());
  }
}
