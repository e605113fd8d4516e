package io.opamp4j.server.agents;

import io.opamp4j.core.server.AgentStatus;
import io.opamp4j.core.server.Link;
import java.util.Map;
import java.util.Optional;

/**
 * An agent as others see it, and what that was made from. Immutable.
 *
 * @param seen the agent as it was
 * @param labels the operator's labels as they were
 * @param view made from these two and nothing else
 */
record Shown(AgentSession.Now seen, Map<String, String> labels, AgentView view) {

  static Shown of(AgentSession.Now seen, Map<String, String> labels) {
    return new Shown(seen, labels, view(seen, labels));
  }

  /** Whether it would be made the same way again; told by identity, which is all that is needed. */
  boolean isOf(AgentSession.Now now, Map<String, String> labelled) {
    return seen == now && labels == labelled;
  }

  private static AgentView view(AgentSession.Now seen, Map<String, String> labels) {
    AgentStatus status = seen.state().status();
    return new AgentView(
        seen.state().uid(),
        status,
        seen.statusSince(),
        seen.state().report(),
        labels,
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
