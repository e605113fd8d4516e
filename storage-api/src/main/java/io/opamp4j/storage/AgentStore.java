package io.opamp4j.storage;

import io.opamp4j.core.InstanceUid;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the server remembers of each agent. The only hot path: {@link #save} takes many records in
 * one batch. Of several nodes, the one with the latest claim is heard; of its writes the last wins.
 */
public interface AgentStore {

  /** The record of this agent, or empty if it was never saved or has been removed. */
  Optional<AgentRecord> find(InstanceUid uid);

  /**
   * Inserts or replaces all the records, together: after a crash either all or none are there. Only
   * a record whose {@link Ownership} may not replace the stored one is left as it was.
   *
   * @return the agents whose records were left; they belong to another node
   */
  Set<InstanceUid> save(Collection<AgentRecord> records);

  /**
   * Forgets an agent.
   *
   * @return whether there was a record
   */
  boolean remove(InstanceUid uid);

  /** One page of records in ascending order of {@link InstanceUid} (unsigned bytes). */
  Page<AgentRecord> list(AgentQuery query);

  /**
   * Gives all records to the action, a page at a time, in ascending order. A record that comes or
   * goes meanwhile may be given or not.
   *
   * @param limit the most records of a page, 1 to 10,000
   */
  default void eachPage(int limit, Consumer<List<AgentRecord>> action) {
    AgentQuery first = AgentQuery.first(limit);
    Pages.each(
        Optional.<InstanceUid>empty(),
        after -> list(after.map(first::after).orElse(first)),
        AgentRecord::uid,
        action);
  }

  /** The number of records. */
  long count();

  /**
   * What was saved or removed since, in the order in which it was, so that a node can follow what
   * others write. An agent that changed several times is told of once, as it is now. A point that
   * this store has not come to yet is one of a store that has lost something since: then everything
   * is told anew. A record that is damaged is left out.
   *
   * @param since where an earlier call ended; 0 for everything
   * @param limit the most agents to return, 1 to 10,000
   * @throws IllegalArgumentException if the point is negative or the limit is out of bounds
   * @throws UnsupportedOperationException if the storage is not {@link Storage#shared()}
   */
  default AgentChanges changes(long since, int limit) {
    throw new UnsupportedOperationException("this storage is not shared by several nodes");
  }
}
