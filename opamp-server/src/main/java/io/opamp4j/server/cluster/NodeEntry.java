package io.opamp4j.server.cluster;

import static java.util.Objects.requireNonNull;

/**
 * What a node writes of itself with every renewal of its lease.
 *
 * @param identity who it is
 * @param load what it had to do then
 */
public record NodeEntry(NodeIdentity identity, NodeLoad load) {
  public NodeEntry {
    requireNonNull(identity, "identity");
    requireNonNull(load, "load");
  }
}
