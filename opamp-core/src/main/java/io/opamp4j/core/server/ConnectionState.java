package io.opamp4j.core.server;

/**
 * The one state every agent is in, most telling first: the derivation takes the first that holds.
 * In every state but {@link #DISCONNECTED} the connection is up.
 */
public enum ConnectionState {
  /**
   * No live connection: socket closed, agent_disconnect received, heartbeat expired, polling
   * stopped.
   */
  DISCONNECTED,
  /**
   * The target config was sent and the agent has reported neither APPLIED nor FAILED for its hash.
   */
  CONFIGURING,
  /** A package offer was sent and at least one offered package has no final status. */
  UPGRADING,
  /** A config, package or connection-settings failure, or the agent reports itself unhealthy. */
  ERROR,
  /** The target config needs components the agent lacks; it is withheld and the agent runs on. */
  INCOMPATIBLE,
  /** A newer config is planned for this agent by a running rollout and has not been sent. */
  PENDING,
  /** None of the others. */
  CONNECTED
}
