package io.opamp4j.server.agents;

import io.opamp4j.core.server.AgentStatus;
import io.opamp4j.core.server.Link;
import io.opamp4j.server.fleet.AgentNote;
import java.util.Optional;

/**
 * An agent as others see it, and what that was made from. Immutable.
 *
 * @param seen the agent as it was
 * @param note what operators say of it, as it was
 * @param view made from these two and nothing else
 */
record Shown(AgentSession.Now seen, AgentNote note, AgentView view) {

  static Shown of(AgentSession.Now seen, AgentNote note) {
    return new Shown(seen, note, view(seen, note));
  }

  /** Whether it would be made the same way again; told by identity, which is all that is needed. */
  boolean isOf(AgentSession.Now now, AgentNote noted) {
    return seen == now && note == noted;
  }

  private static AgentView view(AgentSession.Now seen, AgentNote note) {
    AgentStatus status = seen.state().status();
    return new AgentView(
        seen.state().uid(),
        status,
        seen.statusSince(),
        seen.state().report(),
        note,
        seen.state().target(),
        seen.firstSeen(),
        seen.lastSeen(),
        transport(seen),
        remoteAddress(seen),
        Optional.of(seen.ownership().node()).filter(node -> !node.isEmpty()));
  }

  private static Optional<Connection.Transport> transport(AgentSession.Now seen) {
    Link link = seen.state().link();
    return seen.connection()
        .map(Connection::transport)
        .or(
            () ->
                Optional.of(link)
                    .filter(Link::up)
                    .map(
                        up ->
                            up.halfDuplex()
                                ? Connection.Transport.HTTP
                                : Connection.Transport.WEBSOCKET));
  }

  private static Optional<String> remoteAddress(AgentSession.Now seen) {
    return seen.connection()
        .map(Connection::remoteAddress)
        .or(
            () ->
                Optional.of(seen.state().link())
                    .filter(Link::up)
                    .map(up -> Presences.in(seen.ownership()).getRemoteAddress()));
  }
}
