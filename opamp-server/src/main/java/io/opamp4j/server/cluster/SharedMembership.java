package io.opamp4j.server.cluster;

import com.google.protobuf.ByteString;
import io.opamp4j.core.timing.LeaseTimes;
import io.opamp4j.core.timing.LeaseWatch;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.VersionConflictException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of several nodes. Each renews the lease of a document of its own, and watches those of the
 * others; a node that cannot renew does not judge the others either, for they may be no better off.
 */
final class SharedMembership implements Membership {
  /** The document of a dead node is removed after so many times its lease. */
  private static final int REMEMBERED = 10;

  private static final int PAGE = 1_000;
  private static final Logger log = LoggerFactory.getLogger(SharedMembership.class);

  private final NodeIdentity me;
  private final NodeDuties duties;
  private final DocumentStore documents;
  private final LeaderLease lead;
  private final LeaseTimes times;
  private final InstantSource clock;

  private final Object turn = new Object();
  // guarded by turn
  private long version = DocumentStore.ABSENT;
  private Instant nextRenewal = Instant.MIN;
  private boolean left;

  private volatile Seen seen;
  private volatile Instant until = Instant.MIN;
  private volatile String failure = "it has not joined yet";

  /** The documents of the last look, by node; and what follows from all looks. */
  private record Seen(Map<String, Document> documents, LeaseWatch watch) {}

  SharedMembership(
      NodeIdentity me,
      NodeDuties duties,
      DocumentStore documents,
      LeaseTimes times,
      InstantSource clock) {
    this.me = me;
    this.duties = duties;
    this.documents = documents;
    this.lead = new LeaderLease(documents, me.id(), times);
    this.times = times;
    this.clock = clock;
    this.seen = new Seen(Map.of(), LeaseWatch.of(times));
  }

  /**
   * Makes this node known, before it speaks for any agent. Blocks.
   *
   * @throws StorageException if that fails
   */
  void join() {
    synchronized (turn) {
      renew(clock.instant());
      look();
    }
    log.info("node {} joined; {} nodes known", me.id(), seen.documents().size());
  }

  /** Renews what is due and looks at the others. Blocks; failures are logged. */
  void tick() {
    synchronized (turn) {
      if (left) {
        return;
      }
      try {
        if (!clock.instant().isBefore(nextRenewal)) {
          renew(clock.instant());
        }
        if (trouble().isEmpty()) {
          look();
          lead.tick(clock.instant());
          if (isLeader()) {
            removeLongDead();
          }
        }
      } catch (StorageException e) {
        if (failure.isEmpty()) {
          log.warn("the lease of this node cannot be kept up: {}", e.getMessage());
        }
        failure = String.valueOf(e.getMessage());
      } catch (RuntimeException e) {
        // Thrown on, it would silently end the schedule.
        log.error("the lease of this node could not be kept up", e);
      }
    }
  }

  /** Says that this node will not be back. Blocks. */
  void leave() {
    synchronized (turn) {
      left = true;
      try {
        lead.release(clock.instant());
        if (version != DocumentStore.ABSENT) {
          documents.remove(NodeDocuments.KIND, me.id(), version);
        }
      } catch (VersionConflictException e) {
        log.debug("the entry of this node was changed by another", e);
      } catch (StorageException e) {
        log.warn("the others will miss this node for a while: {}", e.getMessage());
      }
    }
  }

  @Override
  public void look() {
    synchronized (turn) {
      Instant now = clock.instant();
      Map<String, Document> found = new TreeMap<>();
      Map<String, Long> versions = new HashMap<>();
      Optional<String> after = Optional.empty();
      boolean more = true;
      while (more) {
        Page<Document> page = documents.list(NodeDocuments.KIND, after, PAGE);
        for (Document document : page.items()) {
          found.put(document.id(), document);
          versions.put(document.id(), document.version());
          after = Optional.of(document.id());
        }
        more = page.more() && !page.items().isEmpty();
      }
      seen = new Seen(found, seen.watch().looked(versions, now));
    }
  }

  @Override
  public String self() {
    return me.id();
  }

  @Override
  public boolean isShared() {
    return true;
  }

  @Override
  public boolean isAlive(String node) {
    return node.equals(me.id()) || seen.watch().isAlive(node);
  }

  @Override
  public boolean isKnown(String node) {
    return node.equals(me.id()) || seen.watch().isKnown(node);
  }

  @Override
  public boolean isLeader() {
    return lead.isHeld(clock.instant());
  }

  @Override
  public List<NodeView> nodes() {
    Seen now = seen;
    List<NodeView> nodes = new ArrayList<>();
    for (Document document : now.documents().values()) {
      try {
        NodeEntry entry = NodeDocuments.decode(document);
        boolean self = document.id().equals(me.id());
        nodes.add(
            new NodeView(
                self ? new NodeEntry(me, duties.load(clock.instant())) : entry,
                self,
                self ? isLeader() : document.id().equals(lead.holder()),
                self ? trouble().isEmpty() : now.watch().isAlive(document.id()),
                now.watch().since(document.id()).orElse(Instant.EPOCH)));
      } catch (IllegalArgumentException e) {
        log.debug("the entry of node {} cannot be read: {}", document.id(), e.getMessage());
      }
    }
    return nodes;
  }

  @Override
  public Optional<String> trouble() {
    return clock.instant().isBefore(until)
        ? Optional.empty()
        : Optional.of("the lease of this node has run out: " + failure);
  }

  private void renew(Instant now) {
    ByteString body = NodeDocuments.encode(new NodeEntry(me, duties.load(now)));
    try {
      version = documents.put(NodeDocuments.KIND, me.id(), body, version).version();
    } catch (VersionConflictException e) {
      // It was taken for dead for so long that its entry was removed.
      version =
          documents
              .put(
                  NodeDocuments.KIND,
                  me.id(),
                  body,
                  documents
                      .find(NodeDocuments.KIND, me.id())
                      .map(Document::version)
                      .orElse(DocumentStore.ABSENT))
              .version();
    }
    if (!failure.isEmpty() && !until.equals(Instant.MIN)) {
      log.info("the lease of this node runs again");
    }
    failure = "";
    until = now.plus(times.lease());
    nextRenewal = now.plus(times.renewal());
  }

  private void removeLongDead() {
    Seen now = seen;
    Instant limit = clock.instant().minus(times.lease().multipliedBy(REMEMBERED));
    for (Document document : now.documents().values()) {
      boolean longDead =
          !isAlive(document.id())
              && now.watch().since(document.id()).filter(limit::isAfter).isPresent();
      if (longDead) {
        try {
          documents.remove(NodeDocuments.KIND, document.id(), document.version());
          log.info("node {} is forgotten", document.id());
        } catch (VersionConflictException e) {
          log.debug("node {} came back", document.id());
        }
      }
    }
  }
}
