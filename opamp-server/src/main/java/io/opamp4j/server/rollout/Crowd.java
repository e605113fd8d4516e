package io.opamp4j.server.rollout;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.agents.Catalogues;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.Audience;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the rollout of one configuration was last told of each agent, so that it is told no more
 * than what is new. Agents about which nothing has changed cost a few comparisons of references.
 * Not thread-safe.
 */
final class Crowd {
  private final AgentDirectory agents;
  private final Catalogues components;
  private final Map<InstanceUid, Seen> seen = new HashMap<>();
  private @Nullable Audience audience;

  Crowd(AgentDirectory agents, Catalogues components) {
    this.agents = agents;
    this.components = components;
  }

  /**
   * What has changed since the last look.
   *
   * @param changed agents that are new or another way than before
   * @param left agents that the rollout does not concern any more
   */
  record News(List<io.opamp4j.core.rollout.AgentView> changed, List<InstanceUid> left) {}

  /** An agent as it was when it was looked at, by reference; what is absent is not concerned. */
  private record Seen(
      AgentToServer report,
      AgentNote note,
      boolean connected,
      Optional<AvailableComponents> catalogue,
      Optional<io.opamp4j.core.rollout.AgentView> view) {

    boolean is(AgentView agent, Optional<AvailableComponents> nowKnown) {
      return report == agent.report()
          && note == agent.note()
          && connected == agent.transport().isPresent()
          && catalogue.orElse(null) == nowKnown.orElse(null);
    }
  }

  /**
   * Looks at every agent.
   *
   * @param of whom the rollout concerns; another one than last time has every agent looked at anew
   */
  News look(Audience of) {
    boolean anew = audience != of;
    audience = of;
    List<io.opamp4j.core.rollout.AgentView> changed = new ArrayList<>();
    Set<InstanceUid> gone = new HashSet<>(seen.keySet());
    List<InstanceUid> left = new ArrayList<>();
    agents
        .list(Optional.empty())
        .forEach(
            agent -> {
              gone.remove(agent.uid());
              Optional<AvailableComponents> catalogue =
                  components.find(agent.report().getAvailableComponents().getHash());
              @Nullable Seen before = seen.get(agent.uid());
              if (before != null && !anew && before.is(agent, catalogue)) {
                return;
              }
              Seen now = see(of, agent, catalogue);
              seen.put(agent.uid(), now);
              if (now.view.isPresent() && (before == null || !now.view.equals(before.view))) {
                changed.add(now.view.get());
              } else if (now.view.isEmpty() && before != null && before.view.isPresent()) {
                left.add(agent.uid());
              }
            });
    for (InstanceUid uid : gone) {
      @Nullable Seen before = seen.remove(uid);
      if (before != null && before.view.isPresent()) {
        left.add(uid);
      }
    }
    return new News(changed, left);
  }

  private Seen see(Audience of, AgentView agent, Optional<AvailableComponents> catalogue) {
    boolean connected = agent.transport().isPresent();
    return new Seen(
        agent.report(),
        agent.note(),
        connected,
        catalogue,
        of.view(agent.uid(), connected, agent.report(), agent.note(), components));
  }
}
