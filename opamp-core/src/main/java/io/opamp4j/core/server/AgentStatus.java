package io.opamp4j.core.server;

import static java.util.Objects.requireNonNull;

/**
 * The derived state of an agent and why, in plain words.
 *
 * @param state the state
 * @param reason such as {@code "config 9f2c… failed: unknown exporter otlp/x"}; never empty
 */
public record AgentStatus(ConnectionState state, String reason) {
  public AgentStatus {
    requireNonNull(state, "state");
    requireNonNull(reason, "reason");
  }
}
