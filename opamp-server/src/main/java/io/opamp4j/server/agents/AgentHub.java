package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.core.wire.CloseCode;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.fleet.FleetView;
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
 * blocks.
 */
final class AgentHub implements AgentInbox, AgentDirectory {
  private static final Logger log = LoggerFactory.getLogger(AgentHub.class);

  private final Intake intake;
  private final AgentWork work;
  private final Sessions sessions;
  private final ConnectionRegistry registry;
  private final SilenceWatch silence;
  private final Rivals rivals;
  private final Targets targets;
  private final GatewayControl gateways;
  private final InstantSource clock;

  @Inject
  AgentHub(
      Intake intake,
      AgentWork work,
      Sessions sessions,
      ConnectionRegistry registry,
      SilenceWatch silence,
      Rivals rivals,
      Targets targets,
      GatewayControl gateways,
      InstantSource clock) {
    this.intake = intake;
    this.work = work;
    this.sessions = sessions;
    this.registry = registry;
    this.silence = silence;
    this.rivals = rivals;
    this.targets = targets;
    this.gateways = gateways;
    this.clock = clock;
  }

  /**
   * Follows the fleet from now on. Called once, when every known agent was read from storage and
   * before any transport delivers.
   */
  void start() {
    targets.follow(this::retargetAll, this::retargetAllOf);
    retargetAll(targets.current());
    log.info("{} agents known from storage", sessions.size());
  }

  @Override
  public void opened(Connection connection) {
    registry.of(connection, clock.instant());
  }

  @Override
  public void received(Connection connection, AgentToServer message) {
    Instant at = clock.instant();
    Optional<Carrier> carrier = carrier(connection, at);
    Optional<InstanceUid> uid = InstanceUid.from(message.getInstanceUid());
    if (uid.isEmpty()) {
      Connection out = carrier.isPresent() ? carrier.get() : connection;
      out.send(answerToNobody(message, carrier.isPresent()));
      return;
    }
    AgentSession session = sessions.of(uid.get(), at);
    Incoming in =
        carrier
            .map(c -> c.incoming(message, at))
            .orElseGet(() -> new Incoming(connection, message, at, null));
    intake.offer(session, in, () -> rivals.received(session, in));
  }

  @Override
  public void malformed(Connection connection, String why) {
    Instant at = clock.instant();
    Carrier carrier = registry.of(connection, at);
    carrier.heard(at);
    carrier.send(ErrorResponses.badRequest(carrier.lastUid(), why));
  }

  @Override
  public void pong(Connection connection) {
    Instant at = clock.instant();
    registry
        .find(connection)
        .ifPresent(
            carrier -> {
              carrier.heard(at);
              for (AgentSession session : carrier.carried()) {
                silence.heard(session, carrier, at);
                rivals.pong(session, carrier);
              }
            });
  }

  @Override
  public void closed(Connection connection, String reason) {
    registry
        .remove(connection)
        .ifPresent(
            carrier -> {
              carrier.end(reason);
              for (AgentSession session : carrier.carried()) {
                session.mailbox().post(() -> rivals.ended(session, carrier, reason));
              }
            });
  }

  /** The peer is dead: nothing more is expected from it, not even the end of the connection. */
  void giveUp(Carrier carrier, String reason) {
    closed(carrier.socket(), reason);
    carrier.close(CloseCode.GOING_AWAY, reason);
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
      sessions.find(uid).ifPresent(session -> session.mailbox().post(() -> rivals.expire(session)));
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

  private void retargetAllOf(ByteString catalogue) {
    FleetView view = targets.current();
    sessions
        .after(Optional.empty())
        .filter(
            session ->
                session.now().state().report().getAvailableComponents().getHash().equals(catalogue))
        .forEach(session -> session.mailbox().post(() -> work.retarget(session, view)));
  }

  private Optional<Carrier> carrier(Connection connection, Instant at) {
    if (connection.transport() == Connection.Transport.HTTP) {
      return Optional.empty();
    }
    Carrier carrier = registry.of(connection, at);
    carrier.heard(at);
    return Optional.of(carrier);
  }

  /** A message without a valid uid is bad, unless it is a gateway's own (E-09, E-24). */
  private ServerToAgent answerToNobody(AgentToServer message, boolean overSocket) {
    boolean fromGateway =
        overSocket
            && message.getInstanceUid().isEmpty()
            && message.getCustomMessage().getCapability().equals(GatewayControl.CAPABILITY);
    if (!fromGateway) {
      return ErrorResponses.badRequest(
          ByteString.EMPTY,
          "instance_uid must have 16 bytes, not " + message.getInstanceUid().size());
    }
    ServerToAgent.Builder answer = ServerToAgent.newBuilder();
    gateways.answer(message.getCustomMessage()).ifPresent(answer::setCustomMessage);
    return answer.build();
  }
}
