package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentState;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import jakarta.inject.Inject;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every agent this server knows, by uid; and the uids handed out but not used yet. Thread-safe. */
final class Sessions {
  private static final int LOAD_PAGE = 1_000;

  private final ConcurrentNavigableMap<InstanceUid, AgentSession> byUid =
      new ConcurrentSkipListMap<>();
  private final AgentStore store;
  private final NoteBook notes;
  private final Executor workers;
  private final SharedSections sections = new SharedSections();

  private final Object admission = new Object();
  // New uid to the one it replaces. Guarded by admission.
  private final Map<InstanceUid, InstanceUid> renames = new HashMap<>();

  @Inject
  Sessions(AgentStore store, NoteBook notes, @AgentWorkers Executor workers) {
    this.store = store;
    this.notes = notes;
    this.workers = workers;
  }

  Optional<AgentSession> find(InstanceUid uid) {
    return Optional.ofNullable(byUid.get(uid));
  }

  /** Agents above this uid, in ascending order. */
  Stream<AgentSession> after(Optional<InstanceUid> uid) {
    return uid.map(u -> byUid.tailMap(u, false)).orElse(byUid).values().stream();
  }

  int size() {
    return byUid.size();
  }

  /** An equal report, to be kept: what it has in common with other agents' is there once. */
  AgentToServer share(AgentToServer report) {
    return sections.share(report);
  }

  /** Reads every known agent from storage, as disconnected. Blocks. */
  void load() {
    store.eachPage(
        LOAD_PAGE,
        page ->
            page.forEach(
                record ->
                    byUid.put(
                        record.uid(),
                        made(record, AgentState.known(record.uid(), share(record.report()))))));
  }

  /** A session that nobody but the caller has yet. */
  AgentSession made(AgentRecord record, AgentState state) {
    return AgentSession.known(record, notes.note(record.uid(), record.labels()), state, workers);
  }

  /** Takes in a session, unless the agent has one. */
  void add(AgentSession session) {
    byUid.putIfAbsent(session.now().state().uid(), session);
  }

  /**
   * The session of this uid, made if there is none. An agent that uses the uid it was told to use
   * keeps its session, so that the old uid is not shown as a second, lost agent (D4).
   */
  AgentSession of(InstanceUid uid, Instant at) {
    AgentSession known = byUid.get(uid);
    return known != null ? known : admit(uid, at);
  }

  private AgentSession admit(InstanceUid uid, Instant at) {
    synchronized (admission) {
      @Nullable InstanceUid old = renames.remove(uid);
      @Nullable AgentSession renamed = old != null ? byUid.remove(old) : null;
      return byUid.computeIfAbsent(
          uid,
          u ->
              renamed != null
                  ? renamed
                  : AgentSession.unknown(u, notes.note(u, Map.of()), at, workers));
    }
  }

  /** The agent was told to call itself {@code fresh}. */
  void expectRename(InstanceUid uid, InstanceUid fresh) {
    synchronized (admission) {
      renames.put(fresh, uid);
    }
  }

  /** Forgets an agent, unless the uid has another session by now. */
  boolean remove(InstanceUid uid, AgentSession session) {
    synchronized (admission) {
      renames.values().remove(uid);
      return byUid.remove(uid, session);
    }
  }
}
