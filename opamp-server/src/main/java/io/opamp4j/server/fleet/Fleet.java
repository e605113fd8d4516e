package io.opamp4j.server.fleet;

import io.opamp4j.core.rollout.Version;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentToServer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

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

  static final Fleet EMPTY =
      new Fleet(List.of(), List.of(), List.of(), new ConfigurationChecks(Set.of()));

  /** Best first: the first that matches an agent is its target. */
  private final List<Choice> choices;

  private final List<Overlay> overlays;

  /** By configuration; made when they are asked for. */
  private final Map<String, Audience> audiences = new ConcurrentHashMap<>();

  /** What agents are pinned to. */
  private final Map<ConfigurationRef, Choice> fixed;

  /**
   * @param configurations the versions that run, in any order, no two with one name
   * @param overlays the rollouts that move agents to other versions, no two of one configuration
   * @param fixed versions that agents are pinned to, whether they run or not, each once
   * @param checks say what they need of agents
   */
  Fleet(
      Collection<Configuration> configurations,
      Collection<Overlay> overlays,
      Collection<Configuration> fixed,
      ConfigurationChecks checks) {
    Map<String, Overlay> byName = new HashMap<>();
    overlays.forEach(overlay -> byName.put(overlay.rollout().configuration(), overlay));
    List<Choice> all = new ArrayList<>();
    for (Configuration configuration : configurations) {
      all.add(Choice.of(configuration, byName.get(configuration.name()), checks));
    }
    overlays.forEach(overlay -> all.add(Choice.of(overlay.newer(), overlay, checks)));
    all.sort(Comparator.comparing(Choice::configuration, BEST_FIRST));
    this.choices = List.copyOf(all);
    this.overlays = List.copyOf(overlays);
    this.fixed =
        fixed.stream()
            .map(configuration -> Choice.of(configuration, null, checks))
            .collect(Collectors.toUnmodifiableMap(Choice::ref, Function.identity()));
  }

  @Override
  public Target resolve(AgentToServer report, AgentNote note, Components components) {
    Map<String, String> labels = Labels.of(report, note.labels());
    Optional<Picked> picked =
        note.pin().isPresent() ? pinned(note.pin().get(), report, labels) : first(report, labels);
    return picked
        .map(own -> own.choice().target(own.version(), report, components))
        .orElse(Target.NONE);
  }

  /**
   * The configurations that match an agent equally well: with the same, highest priority. The first
   * is its target, merely because of its name, which deserves a warning. Empty if there is no tie,
   * or the agent is pinned.
   */
  List<String> tied(AgentToServer report, AgentNote note) {
    Map<String, String> labels = Labels.of(report, note.labels());
    List<Choice> matching =
        choices.stream().filter(c -> c.versionFor(report, labels).isPresent()).toList();
    if (matching.isEmpty() || note.pin().isPresent()) {
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
  public TargetExplanation explain(AgentToServer report, AgentNote note) {
    Map<String, String> labels = Labels.of(report, note.labels());
    Optional<Choice> pinned =
        note.pin().flatMap(pin -> pinned(pin, report, labels)).map(Picked::choice);
    List<TargetExplanation.Candidate> first = new ArrayList<>();
    List<TargetExplanation.Candidate> matching = new ArrayList<>();
    List<TargetExplanation.Candidate> others = new ArrayList<>();
    int unmatched = 0;
    pinned.ifPresent(choice -> first.add(choice.candidate(true, choice.failing(labels))));
    for (Choice choice : choices) {
      Optional<String> failed = choice.failing(report, labels);
      if (pinned.filter(own -> own.ref().equals(choice.ref())).isPresent()) {
        unmatched += failed.isPresent() ? 1 : 0;
      } else if (failed.isEmpty()) {
        matching.add(choice.candidate(note.pin().isEmpty() && matching.isEmpty(), failed));
      } else if (unmatched++ < MOST_UNMATCHED) {
        others.add(choice.candidate(false, failed));
      }
    }
    first.addAll(matching);
    first.addAll(others);
    Optional<TargetExplanation.Pinned> pin =
        note.pin()
            .map(
                own ->
                    new TargetExplanation.Pinned(
                        own, pinned.isPresent() ? Optional.empty() : Optional.of(absent(own))));
    return new TargetExplanation(first, tied(report, note), unmatched, pin);
  }

  /**
   * Whether this version of a configuration would be chosen for an agent, did it run in place of
   * the one that does.
   */
  boolean wouldChoose(Configuration newer, AgentToServer report, AgentNote note) {
    if (note.pin().isPresent()) {
      // An agent that stays at one version does not go along with rollouts.
      Pin pin = note.pin().get();
      return pin.version().isEmpty() && pin.configuration().equals(newer.name());
    }
    Map<String, String> labels = Labels.of(report, note.labels());
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

  /** The best of those that match. A loop, since every agent comes this way with every change. */
  private Optional<Picked> first(AgentToServer report, Map<String, String> labels) {
    for (Choice choice : choices) {
      Optional<Version> version = choice.versionFor(report, labels);
      if (version.isPresent()) {
        return Optional.of(new Picked(choice, version.get()));
      }
    }
    return Optional.empty();
  }

  /**
   * What the pin picks; empty if that is not there. Then the agent is left as it is: whoever pinned
   * it did not want any other configuration.
   */
  private Optional<Picked> pinned(Pin pin, AgentToServer report, Map<String, String> labels) {
    Optional<ConfigurationRef> fixed = pin.fixed();
    if (fixed.isPresent()) {
      return Optional.ofNullable(this.fixed.get(fixed.get()))
          .map(choice -> new Picked(choice, Version.OLD));
    }
    return choices.stream()
        .filter(choice -> choice.configuration().name().equals(pin.configuration()))
        .flatMap(
            choice ->
                choice.turn(report, labels).stream().map(version -> new Picked(choice, version)))
        .findFirst();
  }

  private String absent(Pin pin) {
    if (pin.version().isPresent()) {
      return "the version is not kept";
    }
    boolean runs =
        choices.stream().anyMatch(choice -> choice.ref().name().equals(pin.configuration()));
    return runs ? "its rollout has not come to this agent" : "no version of it runs";
  }

  /** Whether agents can be pinned to this version now. */
  boolean hasFixed(ConfigurationRef version) {
    return fixed.containsKey(version);
  }

  /** This version of a configuration, if it is one that agents can get now. */
  Optional<Configuration> find(String name, long version) {
    return choices.stream()
        .map(Choice::configuration)
        .filter(c -> c.name().equals(name) && c.version() == version)
        .findFirst();
  }

  /** The rollouts that are laid over configurations. */
  List<Overlay> overlays() {
    return overlays;
  }

  /** Whether both hold the same configurations in the same versions, and the same rollouts. */
  boolean sameAs(Fleet other) {
    return overlays.equals(other.overlays)
        && configurations().equals(other.configurations())
        && fixedConfigurations().equals(other.fixedConfigurations());
  }

  int size() {
    return choices.size() - overlays.size();
  }

  private List<Configuration> configurations() {
    return choices.stream().map(Choice::configuration).toList();
  }

  private Set<Configuration> fixedConfigurations() {
    return fixed.values().stream().map(Choice::configuration).collect(Collectors.toSet());
  }

  /**
   * A configuration that an agent gets.
   *
   * @param version why, where there is a rollout
   */
  private record Picked(Choice choice, Version version) {}
}
