package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.cluster.Membership;
import io.opamp4j.server.cluster.NodeView;
import io.opamp4j.storage.AgentChanges;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.StorageException;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the sessions of agents that other nodes speak for in step with storage, so that every node
 * shows the whole fleet. One thread calls it, and may wait for storage; what is found is done in
 * the mailboxes of the agents. Does nothing where storage is not shared.
 */
final class Mirror {
  /** After a longer pause removals may have been missed, so everything is read anew. */
  static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /** How often every agent's node is looked at, whether one seems to have died or not. */
  static final Duration FULL_JUDGEMENT = Duration.ofSeconds(10);

  private static final int PAGE = 1_000;
  private static final Logger log = LoggerFactory.getLogger(Mirror.class);

  private final AgentStore store;
  private final Sessions sessions;
  private final RemoteWork work;
  private final Claims claims;
  private final Membership membership;

  private long position;
  private Instant lastRead = Instant.MIN;
  private Instant nextJudgement = Instant.MIN;
  private Map<String, Boolean> aliveBefore = Map.of();
  private boolean ledBefore;

  // Every agent told of since the beginning, while everything is read anew; else empty.
  private final Set<InstanceUid> told = new HashSet<>();
  private boolean anew;

  @Inject
  Mirror(
      AgentStore store, Sessions sessions, RemoteWork work, Claims claims, Membership membership) {
    this.store = store;
    this.sessions = sessions;
    this.work = work;
    this.claims = claims;
    this.membership = membership;
  }

  /** Reads every known agent from storage. Blocks; called once, before anybody connects. */
  void load() {
    if (!claims.isShared()) {
      sessions.load();
      return;
    }
    boolean more = true;
    while (more) {
      AgentChanges changes = store.changes(position, PAGE);
      lookAtStrangers(changes);
      changes.saved().forEach(record -> sessions.add(work.known(record)));
      position = changes.last();
      more = changes.more();
    }
  }

  /** Time has passed. Blocks; failures are logged, and what was missed is read next time. */
  void tick(Instant now) {
    if (!claims.isShared()) {
      return;
    }
    try {
      if (!lastRead.equals(Instant.MIN)
          && Duration.between(lastRead, now).compareTo(LONGEST_PAUSE) > 0) {
        position = 0;
        anew = true;
        told.clear();
      }
      boolean more = true;
      while (more) {
        AgentChanges changes = store.changes(position, PAGE);
        // Storage has lost something, and begins from the beginning.
        anew |= changes.last() < position;
        lookAtStrangers(changes);
        changes.saved().forEach(record -> follow(record, now));
        changes.removed().forEach(this::removed);
        position = changes.last();
        more = changes.more();
      }
      forgetUntold();
      lastRead = now;
    } catch (StorageException e) {
      log.warn("what other nodes write cannot be read: {}", e.getMessage());
    }
    judge(now);
  }

  /**
   * A node makes itself known before it claims an agent. So when one is not known after these
   * changes were read and the nodes looked at again, it is gone.
   */
  private void lookAtStrangers(AgentChanges changes) {
    if (changes.saved().stream().anyMatch(record -> claims.isUnknown(record.ownership()))) {
      membership.look();
    }
  }

  private void follow(AgentRecord record, Instant now) {
    if (anew) {
      told.add(record.uid());
    }
    AgentSession session = sessions.of(record.uid(), now);
    session.mailbox().post(() -> work.follow(session, record));
  }

  private void removed(InstanceUid uid) {
    sessions.find(uid).ifPresent(session -> session.mailbox().post(() -> work.removed(session)));
  }

  private void forgetUntold() {
    if (anew) {
      sessions
          .after(Optional.empty())
          .map(session -> session.now().state().uid())
          .filter(uid -> !told.contains(uid))
          .forEach(this::removed);
      told.clear();
      anew = false;
    }
  }

  private void judge(Instant now) {
    Map<String, Boolean> alive = new HashMap<>();
    Map<String, Instant> signs = new HashMap<>();
    for (NodeView node : membership.nodes()) {
      alive.put(node.entry().identity().id(), node.alive());
      signs.put(node.entry().identity().id(), node.renewed());
    }
    boolean leads = membership.isLeader();
    if (alive.equals(aliveBefore) && leads == ledBefore && now.isBefore(nextJudgement)) {
      return;
    }
    aliveBefore = alive;
    ledBefore = leads;
    nextJudgement = now.plus(FULL_JUDGEMENT);
    sessions
        .after(Optional.empty())
        .filter(session -> !claims.isOurs(session.now().ownership()))
        .forEach(
            session -> {
              Instant sign = signs.getOrDefault(session.now().ownership().node(), now);
              session.mailbox().post(() -> work.judge(session, sign));
            });
  }
}
