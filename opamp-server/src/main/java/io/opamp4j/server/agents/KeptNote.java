package io.opamp4j.server.agents;

import static java.util.Objects.requireNonNull;

import io.opamp4j.server.fleet.AgentNote;

/**
 * What operators say of one agent, as it is kept.
 *
 * @param note labels and pin
 * @param version of the document that holds both; 0 if nothing was ever said
 */
public record KeptNote(AgentNote note, long version) {
  public KeptNote {
    requireNonNull(note, "note");
  }
}
