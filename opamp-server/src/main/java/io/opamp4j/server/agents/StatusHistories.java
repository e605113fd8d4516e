package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.StateHistory;
import jakarta.inject.Inject;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The last changes of state of each agent, as this node saw them, in memory. When there are too
 * many over all agents, those go whose agents have been in their states for longest. Thread-safe.
 */
public final class StatusHistories implements AgentListener {
  /** Changes kept of one agent. */
  public static final int MOST_PER_AGENT = 20;

  /** Changes kept of all agents. */
  static final int MOST = 200_000;

  private final int most;

  // Guarded by itself. The agent whose state changed last is at the end.
  private final Map<InstanceUid, StateHistory> byAgent = new LinkedHashMap<>();
  private int total;

  @Inject
  StatusHistories() {
    this(MOST);
  }

  StatusHistories(int most) {
    this.most = most;
  }

  @Override
  public void happened(AgentEvent event) {
    if (event instanceof AgentEvent.StatusChanged changed) {
      synchronized (byAgent) {
        StateHistory before = find(changed.uid());
        put(changed.uid(), before.with(changed.from().state(), changed.to(), changed.at()));
      }
    } else if (event instanceof AgentEvent.UidAssigned assigned) {
      synchronized (byAgent) {
        put(assigned.newUid(), find(assigned.uid()));
      }
    }
  }

  /** The changes of one agent, the oldest first; none if it has not changed since the start. */
  public StateHistory find(InstanceUid agent) {
    synchronized (byAgent) {
      StateHistory known = byAgent.get(agent);
      return known == null ? StateHistory.ofLast(MOST_PER_AGENT) : known;
    }
  }

  /** How many changes are kept. */
  int size() {
    synchronized (byAgent) {
      return total;
    }
  }

  private void put(InstanceUid agent, StateHistory history) {
    if (history.changes().isEmpty()) {
      return;
    }
    StateHistory before = byAgent.remove(agent);
    total += history.changes().size() - (before == null ? 0 : before.changes().size());
    byAgent.put(agent, history);
    Iterator<StateHistory> oldest = byAgent.values().iterator();
    while (total > most) {
      total -= oldest.next().changes().size();
      oldest.remove();
    }
  }
}
