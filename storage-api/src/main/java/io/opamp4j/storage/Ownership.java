package io.opamp4j.storage;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;

/**
 * Which server node speaks for an agent, or did last. A node that takes an agent over claims it
 * with the next higher term, so that what an earlier owner still writes can be told from the truth
 * and is refused.
 *
 * @param term how often the agent was claimed; 0 if it never was
 * @param node the id of the node of that term; empty if there was none
 * @param presence what that node says of the agent's connection; opaque to the backend, empty if it
 *     says nothing
 */
public record Ownership(long term, String node, ByteString presence) {
  /** Nobody has claimed the agent yet. */
  public static final Ownership NONE = new Ownership(0, "", ByteString.EMPTY);

  public Ownership {
    if (term < 0) {
      throw new IllegalArgumentException("a term is not negative: " + term);
    }
    requireNonNull(node, "node");
    requireNonNull(presence, "presence");
  }

  /**
   * Whether a record with this ownership may replace one with the other: it is of a later term, or
   * of the same term and node.
   */
  public boolean mayReplace(Ownership stored) {
    return term > stored.term || (term == stored.term && node.equals(stored.node));
  }
}
