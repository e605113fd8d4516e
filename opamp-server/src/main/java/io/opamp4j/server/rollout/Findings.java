package io.opamp4j.server.rollout;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.rollout.Contrast;
import io.opamp4j.core.rollout.Rollout;
import io.opamp4j.core.rollout.RolloutPhase;
import io.opamp4j.core.rollout.RolloutState;
import io.opamp4j.core.rollout.Trait;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.agents.Catalogues;
import io.opamp4j.server.fleet.ConfigurationRollout;
import jakarta.inject.Inject;
import java.util.List;
import java.util.stream.Stream;

/**
 * Numbers of a rollout's agents, and what the failing of them have in common. Walks over all of
 * them, so what can be kept with the rollout is: the numbers when it is over, the traits when it
 * stands still or is on its way back. Thread-safe.
 */
final class Findings {
  private static final int MOST_TRAITS = 10;

  private final AgentDirectory agents;
  private final Catalogues components;

  @Inject
  Findings(AgentDirectory agents, Catalogues components) {
    this.agents = agents;
    this.components = components;
  }

  /** Puts into what is to be kept what is to be told of it. */
  ConfigurationRollout keptWith(ConfigurationRollout next, Rollout rollout) {
    return next.telling(
        next.isActive() ? List.of() : rollout.progress(),
        tellsAnew(next.state()) ? traits(rollout) : traitsSoFar(next));
  }

  /** What is told of a rollout as it was kept. */
  List<Trait> traits(ConfigurationRollout kept, Rollout rollout) {
    return moves(kept.state().phase()) ? traits(rollout) : kept.chronicle().traits();
  }

  private static boolean moves(RolloutPhase phase) {
    return phase == RolloutPhase.RUNNING || phase == RolloutPhase.WAITING;
  }

  /** On the way back nobody has the version and is well any more, so nothing can be compared. */
  private static boolean tellsAnew(RolloutState state) {
    return !moves(state.phase()) && !state.phase().isBackward();
  }

  private static List<Trait> traitsSoFar(ConfigurationRollout next) {
    return moves(next.state().phase()) ? List.of() : next.chronicle().traits();
  }

  private List<Trait> traits(Rollout rollout) {
    RolloutState state = rollout.state();
    if (state.faults().failures().isEmpty()) {
      return List.of();
    }
    Traits traits = new Traits(components);
    return Contrast.of(
        traits.of(agents(state.faults().failures().keySet().stream())),
        traits.of(agents(rollout.succeeded().stream())),
        MOST_TRAITS);
  }

  private List<AgentView> agents(Stream<InstanceUid> uids) {
    return uids.flatMap(uid -> agents.find(uid).stream()).toList();
  }
}
