package io.opamp4j.server.fleet;

import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * All configurations as of one moment, ready to be looked up. Offers are built once, so agents with
 * the same configuration share the same target. Immutable.
 */
final class Fleet implements FleetView {
  private static final Comparator<Configuration> BEST_FIRST =
      Comparator.comparingInt((Configuration c) -> c.spec().priority())
          .reversed()
          .thenComparing(Configuration::name);

  static final Fleet EMPTY = new Fleet(List.of(), new ConfigurationChecks(Set.of()));

  /** Best first: the first that matches an agent is its target. */
  private final List<Choice> choices;

  /**
   * @param configurations in any order, no two with one name
   * @param checks say what they need of agents
   */
  Fleet(Collection<Configuration> configurations, ConfigurationChecks checks) {
    choices =
        configurations.stream()
            .sorted(BEST_FIRST)
            .map(
                configuration ->
                    new Choice(
                        configuration,
                        new Wanted(
                            target(configuration), checks.needs(configuration.spec().files()))))
            .toList();
  }

  @Override
  public Target resolve(AgentToServer report, Map<String, String> labels, Components components) {
    return first(Labels.of(report, labels))
        .map(choice -> choice.wanted().of(report, components))
        .orElse(Target.NONE);
  }

  /**
   * The configurations that match an agent equally well: with the same, highest priority. The first
   * is its target, merely because of its name, which deserves a warning. Empty if there is no tie.
   */
  List<String> tied(AgentToServer report, Map<String, String> operatorLabels) {
    Map<String, String> labels = Labels.of(report, operatorLabels);
    Optional<Choice> chosen = first(labels);
    if (chosen.isEmpty()) {
      return List.of();
    }
    int priority = chosen.get().priority();
    List<String> names =
        choices.stream()
            .filter(choice -> choice.priority() == priority && choice.matches(labels))
            .map(choice -> choice.configuration().name())
            .toList();
    return names.size() > 1 ? names : List.of();
  }

  /** Whether both hold the same configurations in the same versions. */
  boolean sameAs(Fleet other) {
    return configurations().equals(other.configurations());
  }

  int size() {
    return choices.size();
  }

  private List<Configuration> configurations() {
    return choices.stream().map(Choice::configuration).toList();
  }

  private Optional<Choice> first(Map<String, String> labels) {
    for (Choice choice : choices) {
      if (choice.matches(labels)) {
        return Optional.of(choice);
      }
    }
    return Optional.empty();
  }

  private static Target target(Configuration configuration) {
    AgentRemoteConfig offer =
        AgentRemoteConfig.newBuilder()
            .setConfig(configuration.spec().files())
            .setConfigHash(configuration.hash().bytes())
            .build();
    return new Target(
        ServerToAgent.newBuilder().setRemoteConfig(offer).build(),
        configuration.ref().toString(),
        List.of(),
        Optional.empty());
  }

  /** A configuration and what an agent that gets it is offered. */
  private record Choice(Configuration configuration, Wanted wanted) {
    boolean matches(Map<String, String> labels) {
      return configuration.spec().selector().matches(labels);
    }

    int priority() {
      return configuration.spec().priority();
    }
  }
}
