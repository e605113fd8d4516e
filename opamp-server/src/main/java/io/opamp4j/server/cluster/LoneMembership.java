package io.opamp4j.server.cluster;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The one node of a storage that is not shared. Writes nothing. */
final class LoneMembership implements Membership {
  private final NodeIdentity me;
  private final NodeDuties duties;
  private final InstantSource clock;

  LoneMembership(NodeIdentity me, NodeDuties duties, InstantSource clock) {
    this.me = me;
    this.duties = duties;
    this.clock = clock;
  }

  @Override
  public String self() {
    return me.id();
  }

  @Override
  public boolean isShared() {
    return false;
  }

  @Override
  public boolean isAlive(String node) {
    return isKnown(node);
  }

  @Override
  public boolean isKnown(String node) {
    return node.equals(me.id());
  }

  @Override
  public boolean isLeader() {
    return true;
  }

  @Override
  public List<NodeView> nodes() {
    NodeEntry entry = new NodeEntry(me, duties.load(clock.instant()));
    return List.of(new NodeView(entry, true, true, true, clock.instant()));
  }

  @Override
  public Optional<String> trouble() {
    return Optional.empty();
  }

  @Override
  public void look() {}
}
