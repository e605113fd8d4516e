package io.opamp4j.server.rest;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.agents.AgentDirectory;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.agents.LabelDesk;
import io.opamp4j.server.agents.OrderDesk;
import io.opamp4j.server.agents.OrderDraft;
import io.opamp4j.server.agents.OrderRefusedException;
import io.opamp4j.server.agents.PinDesk;
import io.opamp4j.server.agents.TooManyLabelsException;
import io.opamp4j.storage.StorageException;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Does one thing with many agents, one after the other. What can be known to be wrong is known
 * before anything changes; if the store fails in the middle, the same request does the rest.
 * Blocks; thread-safe.
 */
final class AgentActionRun {
  private final LabelDesk labels;
  private final PinDesk pins;
  private final OrderDesk orders;
  private final AgentDirectory directory;

  @Inject
  AgentActionRun(LabelDesk labels, PinDesk pins, OrderDesk orders, AgentDirectory directory) {
    this.labels = labels;
    this.pins = pins;
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
    AgentActionInput.Action action = wanted.action();
    if (action instanceof AgentActionInput.Action.Label edit) {
      List<AgentView> changing = changing(agents, edit);
      return wanted.dryRun()
          ? result(agents.size(), uids(changing), List.of())
          : each(agents, agent -> labels.edit(agent.uid(), edit.set(), edit.remove()));
    }
    if (action instanceof AgentActionInput.Action.Hold hold) {
      return wanted.dryRun()
          ? result(
              agents.size(),
              uids(agents.stream().filter(a -> pins.wouldChange(a, hold.pin())).toList()),
              List.of())
          : each(agents, agent -> pins.set(agent.uid(), hold.pin()));
    }
    OrderDraft order = ((AgentActionInput.Action.Restart) action).order();
    return wanted.dryRun()
        ? result(agents.size(), uids(agents), List.of())
        : each(agents, agent -> orders.create(agent.uid(), order).isNew());
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

  /**
   * @param act does it for one agent, and tells whether that changed anything
   */
  private static AgentActionResult each(List<AgentView> agents, Predicate<AgentView> act) {
    List<InstanceUid> changed = new ArrayList<>();
    List<AgentActionResult.Refusal> refused = new ArrayList<>();
    int done = 0;
    for (AgentView agent : agents) {
      try {
        if (act.test(agent)) {
          changed.add(agent.uid());
        }
      } catch (TooManyLabelsException | OrderRefusedException e) {
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
