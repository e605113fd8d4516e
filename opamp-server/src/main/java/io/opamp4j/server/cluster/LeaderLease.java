package io.opamp4j.server.cluster;

import com.google.protobuf.ByteString;
import io.opamp4j.core.timing.LeaseTimes;
import io.opamp4j.core.timing.LeaseWatch;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.VersionConflictException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lease of which one node at a time is the holder. Taken and renewed by compare-and-set; the
 * holder relies on it from before a renewal was written, the others wait from when they have read
 * it, so that two never rely on it at the same time.
 *
 * <p>One thread at a time calls what blocks; any thread may ask.
 */
final class LeaderLease {
  static final String KIND = "lease";
  static final String ID = "cluster";

  private static final Logger log = LoggerFactory.getLogger(LeaderLease.class);

  private final DocumentStore documents;
  private final String self;
  private final LeaseTimes times;
  private LeaseWatch watch;
  private Instant nextRenewal = Instant.MIN;
  private volatile String holder = "";
  private volatile Instant until = Instant.MIN;

  LeaderLease(DocumentStore documents, String self, LeaseTimes times) {
    this.documents = documents;
    this.self = self;
    this.times = times;
    this.watch = LeaseWatch.of(times);
  }

  /** Whether this node may rely on being the holder. */
  boolean isHeld(Instant now) {
    return now.isBefore(until);
  }

  /** Who holds it, as far as is known; empty if nobody does. */
  String holder() {
    return holder;
  }

  /**
   * Renews the lease if it is ours, takes it if it is nobody's. Blocks and throws as {@link
   * DocumentStore} does.
   *
   * @param now taken before this call
   */
  void tick(Instant now) {
    Optional<Document> lease = documents.find(KIND, ID);
    watch = watch.looked(lease.map(l -> Map.of(ID, l.version())).orElse(Map.of()), now);
    holder = lease.map(l -> l.body().toStringUtf8()).orElse("");
    boolean ours = holder.equals(self);
    if (!ours) {
      until = Instant.MIN;
    }
    boolean free = lease.isPresent() && holder.isEmpty();
    if (ours ? !now.isBefore(nextRenewal) : free || !watch.isAlive(ID)) {
      write(self, lease.map(Document::version).orElse(DocumentStore.ABSENT), now);
      if (!ours && holder.equals(self)) {
        log.info("node {} leads the cluster now", self);
      }
    }
  }

  /** Lets another node have it at once. Blocks. */
  void release(Instant now) {
    if (isHeld(now)) {
      until = Instant.MIN;
      documents
          .find(KIND, ID)
          .filter(lease -> lease.body().toStringUtf8().equals(self))
          .ifPresent(lease -> write("", lease.version(), now));
    }
  }

  private void write(String next, long expected, Instant now) {
    try {
      documents.put(KIND, ID, ByteString.copyFromUtf8(next), expected);
      holder = next;
      if (!next.isEmpty()) {
        until = now.plus(times.lease());
        nextRenewal = now.plus(times.renewal());
      }
    } catch (VersionConflictException e) {
      // Another node was faster; the next look tells which.
      until = Instant.MIN;
      log.debug("the lead went to another node");
    }
  }
}
