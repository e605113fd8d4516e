package io.opamp4j.server.fleet;

import io.opamp4j.core.rollout.Version;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All configurations as of one moment, ready to be looked up. Offers are built once, so agents with
 * the same configuration share the same target. Immutable.
 */
final class Fleet implements FleetView {
  private static final Comparator<Configuration> BEST_FIRST =
      Comparator.comparingInt((Configuration c) -> c.spec().priority())
          .reversed()
          .thenComparing(Configuration::name)
          .thenComparing(Configuration::version, Comparator.reverseOrder());

  /** Configurations that do not match are named only so far in an explanation. */
  private static final int MOST_UNMATCHED = 20;

  static final Fleet EMPTY = new Fleet(List.of(), List.of(), new ConfigurationChecks(Set.of()));

  /** Best first: the first that matches an agent is its target. */
  private final List<Choice> choices;

  private final List<Overlay> overlays;

  /** By configuration; made when they are asked for. */
  private final Map<String, Audience> audiences = new ConcurrentHashMap<>();

  /**
   * @param configurations the versions that run, in any order, no two with one name
   * @param overlays the rollouts that move agents to other versions, no two of one configuration
   * @param checks say what they need of agents
   */
  Fleet(
      Collection<Configuration> configurations,
      Collection<Overlay> overlays,
      ConfigurationChecks checks) {
    Map<String, Overlay> byName = new HashMap<>();
    overlays.forEach(overlay -> byName.put(overlay.rollout().configuration(), overlay));
    List<Choice> all = new ArrayList<>();
    for (Configuration configuration : configurations) {
      all.add(choice(configuration, byName.get(configuration.name()), checks));
    }
    overlays.forEach(overlay -> all.add(choice(overlay.newer(), overlay, checks)));
    all.sort(Comparator.comparing(Choice::configuration, BEST_FIRST));
    this.choices = List.copyOf(all);
    this.overlays = List.copyOf(overlays);
  }

  @Override
  public Target resolve(
      AgentToServer report, Map<String, String> operatorLabels, Components components) {
    Map<String, String> labels = Labels.of(report, operatorLabels);
    for (Choice choice : choices) {
      Optional<Version> version = choice.versionFor(report, labels);
      if (version.isPresent()) {
        return choice.target(version.get(), report, components);
      }
    }
    return Target.NONE;
  }

  /**
   * The configurations that match an agent equally well: with the same, highest priority. The first
   * is its target, merely because of its name, which deserves a warning. Empty if there is no tie.
   */
  List<String> tied(AgentToServer report, Map<String, String> operatorLabels) {
    Map<String, String> labels = Labels.of(report, operatorLabels);
    List<Choice> matching =
        choices.stream().filter(c -> c.versionFor(report, labels).isPresent()).toList();
    if (matching.isEmpty()) {
      return List.of();
    }
    int priority = matching.get(0).priority();
    List<String> names =
        matching.stream()
            .filter(choice -> choice.priority() == priority)
            .map(choice -> choice.configuration().name())
            .toList();
    return names.size() > 1 ? names : List.of();
  }

  @Override
  public TargetExplanation explain(AgentToServer report, Map<String, String> operatorLabels) {
    Map<String, String> labels = Labels.of(report, operatorLabels);
    List<TargetExplanation.Candidate> matching = new ArrayList<>();
    List<TargetExplanation.Candidate> others = new ArrayList<>();
    int unmatched = 0;
    for (Choice choice : choices) {
      Optional<String> failed =
          choice
              .configuration()
              .spec()
              .selector()
              .failing(labels)
              .or(
                  () ->
                      choice.versionFor(report, labels).isPresent()
                          ? Optional.empty()
                          : Optional.of("the rollout gives this agent the other version"));
      if (failed.isEmpty()) {
        matching.add(choice.candidate(matching.isEmpty(), failed));
      } else if (unmatched++ < MOST_UNMATCHED) {
        others.add(choice.candidate(false, failed));
      }
    }
    matching.addAll(others);
    return new TargetExplanation(matching, tied(report, operatorLabels), unmatched);
  }

  /**
   * Whether this version of a configuration would be chosen for an agent, did it run in place of
   * the one that does.
   */
  boolean wouldChoose(Configuration newer, AgentToServer report, Map<String, String> labels) {
    if (!newer.spec().selector().matches(labels)) {
      return false;
    }
    for (Choice choice : choices) {
      boolean ours = choice.configuration().name().equals(newer.name());
      if (!ours && BEST_FIRST.compare(newer, choice.configuration()) < 0) {
        return true;
      }
      if (!ours && choice.versionFor(report, labels).isPresent()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whom a rollout concerns, once for each fleet. Empty if it is not laid over its configuration
   * here, perhaps only not yet.
   */
  Optional<Audience> audience(ConfigurationRollout rollout) {
    return overlays.stream()
        .filter(overlay -> overlay.rollout().configuration().equals(rollout.configuration()))
        .filter(overlay -> overlay.rollout().isSameAs(rollout))
        .findFirst()
        .map(overlay -> audiences.computeIfAbsent(rollout.configuration(), n -> audience(overlay)));
  }

  private Audience audience(Overlay overlay) {
    Wanted wanted =
        choices.stream()
            .filter(choice -> choice.configuration() == overlay.newer())
            .map(Choice::wanted)
            .findFirst()
            .orElseThrow();
    return new Audience(this, overlay.newer(), wanted, overlay.rollout().selectors());
  }

  /** The rollouts that are laid over configurations. */
  List<Overlay> overlays() {
    return overlays;
  }

  /** Whether both hold the same configurations in the same versions, and the same rollouts. */
  boolean sameAs(Fleet other) {
    return overlays.equals(other.overlays) && configurations().equals(other.configurations());
  }

  int size() {
    return choices.size() - overlays.size();
  }

  private List<Configuration> configurations() {
    return choices.stream().map(Choice::configuration).toList();
  }

  private static Choice choice(
      Configuration configuration, @Nullable Overlay overlay, ConfigurationChecks checks) {
    return new Choice(configuration, wanted(configuration, checks), overlay);
  }

  /** What an agent that gets this version is offered. */
  static Wanted wanted(Configuration configuration, ConfigurationChecks checks) {
    return new Wanted(target(configuration), checks.needs(configuration.spec().files()));
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
  private record Choice(Configuration configuration, Wanted wanted, @Nullable Overlay overlay) {

    /** Why this agent gets the configuration; empty if it does not. */
    Optional<Version> versionFor(AgentToServer report, Map<String, String> labels) {
      if (!configuration.spec().selector().matches(labels)) {
        return Optional.empty();
      }
      if (overlay == null) {
        return Optional.of(Version.OLD);
      }
      Version version = overlay.versionFor(report, labels);
      boolean newer = configuration == overlay.newer();
      return newer == (version != Version.OLD) ? Optional.of(version) : Optional.empty();
    }

    Target target(Version version, AgentToServer report, Components components) {
      Target target = wanted.of(report, components);
      if (overlay == null) {
        return target;
      }
      return version == Version.OLD
          ? overlay.waiting(target)
          : overlay.forward(target, report, version);
    }

    TargetExplanation.Candidate candidate(boolean chosen, Optional<String> failed) {
      return new TargetExplanation.Candidate(
          configuration.ref(),
          priority(),
          configuration.spec().selector().toString(),
          chosen,
          failed);
    }

    int priority() {
      return configuration.spec().priority();
    }
  }
}
