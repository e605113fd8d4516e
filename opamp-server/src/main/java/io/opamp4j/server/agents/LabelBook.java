package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;

/**
 * The labels that operators gave to agents, as this node knows them: what storage has, at most a
 * little later. Thread-safe; never blocks.
 */
final class LabelBook {
  private final ConcurrentMap<InstanceUid, AgentLabels> byAgent = new ConcurrentHashMap<>();
  private volatile Consumer<InstanceUid> listener = uid -> {};

  @Inject
  LabelBook() {}

  /** Calls the listener with each agent whose labels changed; it must return at once. */
  void subscribe(Consumer<InstanceUid> onlyListener) {
    listener = onlyListener;
  }

  /** Empty if nothing was said of this agent. */
  Optional<AgentLabels> find(InstanceUid agent) {
    return Optional.ofNullable(byAgent.get(agent));
  }

  /** The version known of this agent's labels; 0 if nothing was said of it. */
  long version(InstanceUid agent) {
    return find(agent).map(AgentLabels::version).orElse(0L);
  }

  Set<InstanceUid> agents() {
    return Set.copyOf(byAgent.keySet());
  }

  /** This was written just now, perhaps at the same moment as a later version. */
  void written(InstanceUid agent, AgentLabels labels) {
    if (version(agent) < labels.version()) {
      byAgent.merge(agent, labels, (a, b) -> a.version() > b.version() ? a : b);
      listener.accept(agent);
    }
  }

  /** This is in storage. */
  void put(InstanceUid agent, AgentLabels labels) {
    AgentLabels before = byAgent.put(agent, labels);
    if (before == null || !before.labels().equals(labels.labels())) {
      listener.accept(agent);
    }
  }

  /** Nothing is said of this agent any more; its session keeps the labels it has. */
  void remove(InstanceUid agent) {
    byAgent.remove(agent);
  }

  /** The agent goes by another uid. */
  void move(InstanceUid old, InstanceUid fresh) {
    AgentLabels labels = byAgent.remove(old);
    if (labels != null) {
      byAgent.putIfAbsent(fresh, new AgentLabels(labels.labels(), 0));
    }
  }

  /** The agent is to have what is said of it. Called in its mailbox. */
  void applyTo(AgentSession session) {
    AgentLabels said = byAgent.get(session.now().state().uid());
    if (said != null) {
      session.relabel(said.labels());
    }
  }

  /** What is said of an agent, or else what its record says. */
  Map<String, String> labels(InstanceUid agent, Map<String, String> recorded) {
    return find(agent).map(AgentLabels::labels).orElse(recorded);
  }
}
