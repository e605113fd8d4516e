package io.opamp4j.storage;

import io.opamp4j.core.InstanceUid;
import java.util.List;

/**
 * What changed among the agents since some point. Of removals the last 10,000 are remembered: who
 * is further behind than that reads the whole list anew to learn who is gone.
 *
 * @param saved the records as they are now
 * @param removed the agents without a record
 * @param last where the next call goes on; what it was called with if nothing changed
 * @param more whether there is more already
 */
public record AgentChanges(
    List<AgentRecord> saved, List<InstanceUid> removed, long last, boolean more) {
  /** How many removals are remembered at least. */
  public static final int REMOVALS = 10_000;

  public AgentChanges {
    saved = List.copyOf(saved);
    removed = List.copyOf(removed);
  }

  /**
   * Checks what {@link AgentStore#changes} was asked; for implementations.
   *
   * @throws IllegalArgumentException if the point is negative or the limit is not 1 to 10,000
   */
  public static void requireValid(long since, int limit) {
    if (since < 0) {
      throw new IllegalArgumentException("changes begin at 0, not " + since);
    }
    AgentQuery.requireLimit(limit);
  }
}
