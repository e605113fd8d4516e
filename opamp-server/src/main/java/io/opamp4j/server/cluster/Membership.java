package io.opamp4j.server.cluster;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The nodes that share the storage, as this one knows them. Thread-safe; answers from memory but
 * for {@link #look}.
 */
public interface Membership {

  /** The id of this node. */
  String self();

  /** Whether other nodes may share the storage. */
  boolean isShared();

  /** Whether the lease of this node runs; no for one that was never heard of. */
  boolean isAlive(String node);

  /** Whether this node was seen, though it may be gone since. */
  boolean isKnown(String node);

  /**
   * Whether this node, and no other, is to do what only one may do. Whoever writes on the strength
   * of it still compares and sets: a process that was stopped for a while learns late that its
   * lease is over.
   */
  boolean isLeader();

  /** Every node, in ascending order of id. */
  List<NodeView> nodes();

  /** Why this node cannot be relied on by the others, in plain words; empty if it can. */
  Optional<String> trouble();

  /**
   * Reads the nodes now. Blocks.
   *
   * @throws io.opamp4j.storage.StorageException if they cannot be read
   */
  void look();

  /** The task, done on the leader alone. */
  default Consumer<Instant> onlyLeader(Consumer<Instant> task) {
    return now -> {
      if (isLeader()) {
        task.accept(now);
      }
    };
  }
}
