package io.opamp4j.storage;

import io.opamp4j.core.InstanceUid;
import java.util.Collection;
import java.util.Optional;

/**
 * What the server remembers of each agent. The only hot path: {@link #save} takes many records in
 * one batch, and the last write of a uid wins (an agent has one owner node, so writers do not
 * race).
 */
public interface AgentStore {

  /** The record of this agent, or empty if it was never saved or has been removed. */
  Optional<AgentRecord> find(InstanceUid uid);

  /** Inserts or replaces all the records, together: after a crash either all or none are there. */
  void save(Collection<AgentRecord> records);

  /**
   * Forgets an agent.
   *
   * @return whether there was a record
   */
  boolean remove(InstanceUid uid);

  /** One page of records in ascending order of {@link InstanceUid} (unsigned bytes). */
  Page<AgentRecord> list(AgentQuery query);

  /** The number of records. */
  long count();
}
