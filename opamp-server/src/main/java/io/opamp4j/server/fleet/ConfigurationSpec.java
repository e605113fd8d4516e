package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.AgentConfigMap;

/**
 * What an operator writes: one configuration without its name and history.
 *
 * @param selector which agents it is for
 * @param priority of several configurations that match an agent, the one with the highest counts
 * @param description for people; may be empty
 * @param files what the agent gets; with no file the agent goes back to its local configuration
 *     (E-51)
 */
public record ConfigurationSpec(
    Selector selector, int priority, String description, AgentConfigMap files) {
  public ConfigurationSpec {
    requireNonNull(selector, "selector");
    requireNonNull(description, "description");
    requireNonNull(files, "files");
  }
}
