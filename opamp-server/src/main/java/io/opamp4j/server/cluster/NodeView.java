package io.opamp4j.server.cluster;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * One node as this one sees it.
 *
 * @param entry what it says of itself
 * @param self whether it is this node
 * @param leader whether it does what only one node may do
 * @param alive whether its lease runs
 * @param renewed when this node noticed the last renewal of that lease, on its own clock
 */
public record NodeView(
    NodeEntry entry, boolean self, boolean leader, boolean alive, Instant renewed) {
  public NodeView {
    requireNonNull(entry, "entry");
    requireNonNull(renewed, "renewed");
  }
}
