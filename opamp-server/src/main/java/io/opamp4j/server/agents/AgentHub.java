package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.server.fleet.FleetSource;
import io.opamp4j.server.fleet.FleetView;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.Page;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The front door of everything about agents: takes what the transports deliver and gives each
 * agent's work to its mailbox. Keeps one session per known agent in memory. Thread-safe; nothing
 * but {@link #start} blocks.
 */
final class AgentHub implements AgentInbox, AgentDirectory {
  private static final int LOAD_PAGE = 1_000;
  private static final Logger log = LoggerFactory.getLogger(AgentHub.class);

  private final Intake intake;
  private final AgentWork work;
  private final Sessions sessions;
  private final ConnectionRegistry registry;
  private final SilenceWatch silence;
  private final FleetSource fleet;
  private final AgentStore store;
  private final InstantSource clock;

  @Inject
  AgentHub(
      Intake intake,
      AgentWork work,
      Sessions sessions,
      ConnectionRegistry registry,
      SilenceWatch silence,
      FleetSource fleet,
      AgentStore store,
      InstantSource clock) {
    this.intake = intake;
    this.work = work;
    this.sessions = sessions;
    this.registry = registry;
    this.silence = silence;
    this.fleet = fleet;
    this.store = store;
    this.clock = clock;
  }

  /**
   * Reads every known agent from storage, as disconnected, and follows the fleet from now on.
   * Called once, before any transport delivers.
   */
  void start() {
    fleet.subscribe(this::retargetAll);
    AgentQuery query = AgentQuery.first(LOAD_PAGE);
    boolean more = true;
    while (more) {
      Page<AgentRecord> page = store.list(query);
      for (AgentRecord record : page.items()) {
        sessions.add(record);
        query = query.after(record.uid());
      }
      more = page.more();
    }
    retargetAll(fleet.current());
    log.info("{} agents known from storage", sessions.size());
  }

  @Override
  public void received(Connection connection, AgentToServer message) {
    Optional<InstanceUid> uid = InstanceUid.from(message.getInstanceUid());
    if (uid.isEmpty()) {
      connection.send(
          ErrorResponses.badRequest(
              ByteString.EMPTY,
              "instance_uid must have 16 bytes, not " + message.getInstanceUid().size()));
      return;
    }
    Instant at = clock.instant();
    AgentSession session = sessions.of(uid.get(), at);
    if (connection.transport() == Connection.Transport.WEBSOCKET) {
      // Here and not in the mailbox, because closed() follows on this thread.
      registry.attach(connection, session);
    }
    intake.offer(
        session, connection, message, () -> work.receive(session, connection, message, at));
  }

  @Override
  public void pong(Connection connection) {
    Instant at = clock.instant();
    for (AgentSession session : registry.on(connection)) {
      if (session.isOn(connection)) {
        silence.heard(session, connection, at);
      }
    }
  }

  @Override
  public void closed(Connection connection, String reason) {
    for (AgentSession session : registry.remove(connection)) {
      session.mailbox().post(() -> work.disconnect(session, connection, reason));
    }
  }

  @Override
  public Optional<AgentView> find(InstanceUid uid) {
    return sessions.find(uid).map(AgentSession::view);
  }

  @Override
  public Stream<AgentView> list(Optional<InstanceUid> after) {
    return sessions.after(after).map(AgentSession::view);
  }

  /** Disconnects every agent that was silent beyond its deadline. */
  void expireSilent() {
    for (InstanceUid uid : silence.overdue(clock.instant())) {
      sessions.find(uid).ifPresent(session -> session.mailbox().post(() -> work.expire(session)));
    }
  }

  /** Forgets agents that have been disconnected for longer than this. */
  void forgetOlderThan(Duration retention) {
    Instant limit = clock.instant().minus(retention);
    sessions
        .after(Optional.empty())
        .filter(session -> session.now().lastSeen().isBefore(limit))
        .forEach(session -> session.mailbox().post(() -> work.forget(session, limit)));
  }

  private void retargetAll(FleetView view) {
    sessions
        .after(Optional.empty())
        .forEach(session -> session.mailbox().post(() -> work.retarget(session, view)));
  }
}
