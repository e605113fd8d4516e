package io.opamp4j.storage;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.InstanceUid;
import java.util.Optional;

/**
 * Which records {@link AgentStore#list} returns.
 *
 * @param after only uids above this one (the cursor); empty starts at the beginning
 * @param ownerNode only agents that this node claimed last; empty means all
 * @param limit the most records to return, 1 to 10,000
 */
public record AgentQuery(Optional<InstanceUid> after, Optional<String> ownerNode, int limit) {
  public AgentQuery {
    requireNonNull(after, "after");
    requireNonNull(ownerNode, "ownerNode");
    requireLimit(limit);
  }

  /**
   * Checks a limit; for implementations of {@link AgentStore}.
   *
   * @throws IllegalArgumentException if it is not 1 to 10,000
   */
  public static void requireLimit(int limit) {
    if (limit < 1 || limit > 10_000) {
      throw new IllegalArgumentException("limit must be 1 to 10000, not " + limit);
    }
  }

  /** The first {@code limit} records of all agents. */
  public static AgentQuery first(int limit) {
    return new AgentQuery(Optional.empty(), Optional.empty(), limit);
  }

  /** The same query, continued after this uid. */
  public AgentQuery after(InstanceUid uid) {
    return new AgentQuery(Optional.of(uid), ownerNode, limit);
  }
}
