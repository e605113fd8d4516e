package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import io.opamp4j.core.server.AgentState;
import io.opamp4j.server.cluster.Membership;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.Ownership;
import jakarta.inject.Inject;
import java.util.Optional;

/**
 * Which of several nodes speaks for an agent. A node to which an agent speaks on a new connection
 * claims it with the next term; what is written under an earlier term is refused from then on, so
 * the latest connection wins. Where storage is not shared, nothing is ever claimed. Thread-safe.
 */
final class Claims {
  private final Membership membership;
  private final AgentStore store;

  @Inject
  Claims(Membership membership, AgentStore store) {
    this.membership = membership;
    this.store = store;
  }

  /** What may be claimed by others too. */
  boolean isShared() {
    return membership.isShared();
  }

  /** Whether this node does what only one may do. */
  boolean leads() {
    return membership.isLeader();
  }

  /** Whether this node speaks for an agent with this ownership. */
  boolean isOurs(Ownership ownership) {
    return !membership.isShared() || ownership.node().equals(membership.self());
  }

  /** The ownership once the agent has spoken to this node. */
  Ownership claimed(Ownership known) {
    return isOurs(known) ? known : above(known);
  }

  /** A claim that is later than this one. */
  Ownership above(Ownership other) {
    return new Ownership(other.term() + 1, membership.self(), ByteString.EMPTY);
  }

  /** Why the node of this ownership cannot be believed any more; empty if it can. */
  Optional<String> lost(Ownership ownership) {
    if (membership.isAlive(ownership.node())) {
      return Optional.empty();
    }
    return Optional.of(
        ownership.node().isEmpty()
            ? Presences.NONE.getReason()
            : "node " + ownership.node() + " stopped answering");
  }

  /** Whether there may be a node of this ownership that this one has not read of yet. */
  boolean isUnknown(Ownership ownership) {
    return !ownership.node().isEmpty() && !membership.isKnown(ownership.node());
  }

  /** Whether others must hear of what has changed beyond the report and the connection. */
  boolean isNews(AgentSession.Now before, AgentState after) {
    return membership.isShared()
        && (!isOurs(before.ownership())
            || !Presences.sameOffers(before.state().offered(), after.offered()));
  }

  /** What storage is to keep of the agent; empty if that is another node's to say. */
  Optional<AgentRecord> record(AgentSession session) {
    AgentSession.Now now = session.now();
    if (!membership.isShared()) {
      return Optional.of(session.record(now, ByteString.EMPTY));
    }
    return isOurs(now.ownership())
        ? Optional.of(session.record(now, Presences.of(now).toByteString()))
        : Optional.empty();
  }

  /**
   * Whether nobody else has claimed the agent, as storage has it. Blocks.
   *
   * @throws io.opamp4j.storage.StorageException if that cannot be read
   */
  boolean holds(AgentSession session) {
    AgentSession.Now now = session.now();
    return !membership.isShared()
        || (isOurs(now.ownership())
            && store
                .find(now.state().uid())
                .map(stored -> now.ownership().mayReplace(stored.ownership()))
                .orElse(true));
  }
}
