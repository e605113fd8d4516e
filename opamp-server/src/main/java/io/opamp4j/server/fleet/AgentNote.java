package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;

/**
 * What operators say of one agent. Immutable.
 *
 * @param labels by key; they win over attributes of the agent
 * @param pin the configuration it gets whatever its labels are; empty if its labels decide
 */
public record AgentNote(Map<String, String> labels, Optional<Pin> pin) {
  /** Nothing is said. */
  public static final AgentNote NONE = new AgentNote(Map.of(), Optional.empty());

  public AgentNote {
    labels = Map.copyOf(labels);
    requireNonNull(pin, "pin");
  }

  /** Labels and no pin. */
  public static AgentNote ofLabels(Map<String, String> labels) {
    return labels.isEmpty() ? NONE : new AgentNote(labels, Optional.empty());
  }

  /** The same but for the labels. */
  public AgentNote withLabels(Map<String, String> others) {
    return new AgentNote(others, pin);
  }

  /** The same but for the pin. */
  public AgentNote withPin(Optional<Pin> another) {
    return new AgentNote(labels, another);
  }
}
