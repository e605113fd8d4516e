package io.opamp4j.server.cluster;

import io.opamp4j.core.timing.LeaseTimes;
import io.opamp4j.storage.DocumentStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A node whose time and storage a test decides on; opens the package to tests of others. */
public final class NodeUnderTest {
  /** The lease of every node in tests. */
  public static final Duration LEASE = Duration.ofSeconds(10);

  private static final NodeDuties NOTHING_TO_DO =
      new NodeDuties() {
        @Override
        public NodeLoad load(Instant now) {
          return NodeLoad.NONE;
        }

        @Override
        public void shed(int connections) {}
      };

  private final SharedMembership membership;

  /** One of several nodes. It has not joined yet. */
  public NodeUnderTest(String id, DocumentStore documents, InstantSource clock) {
    membership =
        new SharedMembership(
            identity(id, clock), NOTHING_TO_DO, documents, new LeaseTimes(LEASE), clock);
  }

  /** The only node there is. */
  public static Membership alone(InstantSource clock) {
    return new LoneMembership(identity("alone", clock), NOTHING_TO_DO, clock);
  }

  /** Joins a cluster whose membership a module made, and takes the lead if nobody has it. */
  public static void join(Membership made) {
    SharedMembership shared = (SharedMembership) made;
    shared.join();
    shared.tick();
  }

  public Membership membership() {
    return membership;
  }

  public void join() {
    membership.join();
  }

  public void tick() {
    membership.tick();
  }

  public void leave() {
    membership.leave();
  }

  private static NodeIdentity identity(String id, InstantSource clock) {
    return new NodeIdentity(id, id, "127.0.0.1:4320", "test", clock.instant());
  }
}
