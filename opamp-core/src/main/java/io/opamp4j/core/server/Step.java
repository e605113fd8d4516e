package io.opamp4j.core.server;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.ServerToAgent;
import java.util.List;
import java.util.Optional;

/**
 * What one input leads to. The shell stores the state if it is durable, then sends, then tells.
 *
 * @param state the next state
 * @param reply the message to send now, if any
 * @param events what to tell listeners, in order
 * @param durable whether something changed that must reach storage; a bare heartbeat changes
 *     nothing
 */
public record Step(
    AgentState state, Optional<ServerToAgent> reply, List<AgentEvent> events, boolean durable) {
  public Step {
    requireNonNull(state, "state");
    requireNonNull(reply, "reply");
    events = List.copyOf(events);
  }
}
