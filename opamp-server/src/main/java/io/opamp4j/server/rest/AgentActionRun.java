package io.opamp4j.server.rest;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.agents.LabelDesk;
import io.opamp4j.server.agents.OrderDesk;
import io.opamp4j.server.agents.OrderRefusedException;
import io.opamp4j.server.agents.TooManyLabelsException;
import io.opamp4j.storage.StorageException;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Does one thing with many agents, one after the other. What can be known to be wrong is known
 * before anything changes; if the store fails in the middle, the same request does the rest.
 * Blocks; thread-safe.
 */
final class AgentActionRun {
  private final LabelDesk labels;
  private final OrderDesk orders;
  private final AgentDirectory directory;

  @Inject
  AgentActionRun(LabelDesk labels, OrderDesk orders, AgentDirectory directory) {
    this.labels = labels;
    this.orders = orders;
    this.directory = directory;
  }

  /**
   * @throws ProblemException if the labels are too many for some agent; nothing has changed
   * @throws ActionBrokenOffException if the store fails; what was done stays done
   */
  AgentActionResult run(AgentActionInput.Checked wanted) {
    List<AgentView> agents;
    try (Stream<AgentView> all = directory.list(Optional.empty())) {
      agents = all.filter(wanted.filter()::matches).toList();
    }
    if (wanted.action() instanceof AgentActionInput.Action.Label edit) {
      List<AgentView> changing = changing(agents, edit);
      return wanted.dryRun()
          ? result(agents.size(), uids(changing), List.of())
          : label(agents, edit);
    }
    AgentActionInput.Action.Restart restart = (AgentActionInput.Action.Restart) wanted.action();
    return wanted.dryRun()
        ? result(agents.size(), uids(agents), List.of())
        : restart(agents, restart);
  }

  private List<AgentView> changing(List<AgentView> agents, AgentActionInput.Action.Label edit) {
    try {
      return agents.stream()
          .filter(agent -> labels.wouldChange(agent, edit.set(), edit.remove()))
          .toList();
    } catch (TooManyLabelsException e) {
      throw ProblemException.invalid("set", "is too much: " + e.getMessage());
    }
  }

  private AgentActionResult label(List<AgentView> agents, AgentActionInput.Action.Label edit) {
    List<InstanceUid> changed = new ArrayList<>();
    List<AgentActionResult.Refusal> refused = new ArrayList<>();
    int done = 0;
    for (AgentView agent : agents) {
      try {
        if (labels.edit(agent.uid(), edit.set(), edit.remove())) {
          changed.add(agent.uid());
        }
      } catch (TooManyLabelsException e) {
        refused.add(refusal(agent, e));
      } catch (StorageException e) {
        throw new ActionBrokenOffException(done, agents.size(), e);
      }
      done++;
    }
    return result(agents.size(), changed, refused);
  }

  private AgentActionResult restart(
      List<AgentView> agents, AgentActionInput.Action.Restart restart) {
    List<InstanceUid> changed = new ArrayList<>();
    List<AgentActionResult.Refusal> refused = new ArrayList<>();
    int done = 0;
    for (AgentView agent : agents) {
      try {
        if (orders.create(agent.uid(), restart.order()).isNew()) {
          changed.add(agent.uid());
        }
      } catch (OrderRefusedException e) {
        refused.add(refusal(agent, e));
      } catch (StorageException e) {
        throw new ActionBrokenOffException(done, agents.size(), e);
      }
      done++;
    }
    return result(agents.size(), changed, refused);
  }

  private static AgentActionResult.Refusal refusal(AgentView agent, RuntimeException why) {
    return new AgentActionResult.Refusal(agent.uid().toString(), String.valueOf(why.getMessage()));
  }

  private static List<InstanceUid> uids(List<AgentView> agents) {
    return agents.stream().map(AgentView::uid).toList();
  }

  private static AgentActionResult result(
      int matched, List<InstanceUid> changed, List<AgentActionResult.Refusal> refused) {
    return new AgentActionResult(
        matched,
        changed.size(),
        changed.stream().limit(AgentActionResult.MOST_NAMED).map(InstanceUid::toString).toList(),
        refused.stream().limit(AgentActionResult.MOST_NAMED).toList());
  }
}
