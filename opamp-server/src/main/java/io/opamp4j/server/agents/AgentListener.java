package io.opamp4j.server.agents;

import io.opamp4j.core.server.AgentEvent;

/**
 * Hears what happens to agents. Called on one thread for all listeners, in order per agent. A slow
 * listener may miss events: whoever must not reads the {@link AgentDirectory} as well.
 */
public interface AgentListener {

  /** Something happened. What this throws is logged and dropped. */
  void happened(AgentEvent event);
}
