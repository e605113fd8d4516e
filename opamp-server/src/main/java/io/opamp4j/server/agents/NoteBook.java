package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.ConfigurationRef;
import io.opamp4j.server.fleet.FixedPins;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What operators say of agents, as this node knows it: what storage has, at most a little later.
 * Thread-safe; never blocks.
 */
final class NoteBook implements FixedPins {
  private final ConcurrentMap<InstanceUid, KeptNote> byAgent = new ConcurrentHashMap<>();
  private volatile Consumer<InstanceUid> listener = uid -> {};

  @Inject
  NoteBook() {}

  /** Calls the listener with each agent of whom something else is said; it must return at once. */
  void subscribe(Consumer<InstanceUid> onlyListener) {
    listener = onlyListener;
  }

  /** Empty if nothing was said of this agent. */
  Optional<KeptNote> find(InstanceUid agent) {
    return Optional.ofNullable(byAgent.get(agent));
  }

  /** The version known of what is said of this agent; 0 if nothing was. */
  long version(InstanceUid agent) {
    return find(agent).map(KeptNote::version).orElse(0L);
  }

  Set<InstanceUid> agents() {
    return Set.copyOf(byAgent.keySet());
  }

  @Override
  public Set<ConfigurationRef> versions() {
    return byAgent.values().stream()
        .flatMap(kept -> kept.note().pin().stream())
        .flatMap(pin -> pin.fixed().stream())
        .collect(Collectors.toSet());
  }

  /** This was written just now, perhaps at the same moment as a later version. */
  void written(InstanceUid agent, KeptNote note) {
    if (version(agent) < note.version()) {
      byAgent.merge(agent, note, (a, b) -> a.version() > b.version() ? a : b);
      listener.accept(agent);
    }
  }

  /** This is in storage. */
  void put(InstanceUid agent, KeptNote note) {
    KeptNote before = byAgent.put(agent, note);
    if (before == null || !before.note().equals(note.note())) {
      listener.accept(agent);
    }
  }

  /** Nothing is said of this agent any more; its session keeps what it has. */
  void remove(InstanceUid agent) {
    byAgent.remove(agent);
  }

  /** The agent goes by another uid. */
  void move(InstanceUid old, InstanceUid fresh) {
    KeptNote kept = byAgent.remove(old);
    if (kept != null) {
      byAgent.putIfAbsent(fresh, new KeptNote(kept.note(), 0));
    }
  }

  /** The agent is to have what is said of it. Called in its mailbox. */
  void applyTo(AgentSession session) {
    KeptNote said = byAgent.get(session.now().state().uid());
    if (said != null) {
      session.take(said.note());
    }
  }

  /** What is said of an agent, or else the labels that its record has. */
  AgentNote note(InstanceUid agent, Map<String, String> recorded) {
    return find(agent).map(KeptNote::note).orElseGet(() -> AgentNote.ofLabels(recorded));
  }
}
