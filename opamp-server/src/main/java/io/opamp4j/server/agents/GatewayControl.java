package io.opamp4j.server.agents;

import io.opamp4j.proto.CustomMessage;
import java.util.Optional;

/**
 * Speaks with a gateway itself, as opposed to the agents behind it: its messages come by WebSocket,
 * name no agent, and are of one custom capability (E-24). Called on I/O threads, so it must not
 * block.
 */
interface GatewayControl {
  /** The custom capability of the Bindplane gateway. */
  String CAPABILITY = "com.bindplane.opamp-gateway";

  /** Has nothing to say. */
  GatewayControl NONE = message -> Optional.empty();

  /** What the gateway is told in answer; empty if nothing but that its message came. */
  Optional<CustomMessage> answer(CustomMessage message);
}
