package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.ChangeFeed;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.VersionConflictException;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the {@link NoteBook} in step with storage: after a hint of the {@link ChangeFeed}, and
 * because hints may be lost, every {@link #REREAD}. What is noted here is done with the next tick,
 * and tried again while storage fails. Any thread may note; one thread starts, ticks and stops, and
 * may wait for storage.
 */
final class NoteUpkeep {
  /** The longest that a note made on another node, whose hint was lost, goes unnoticed. */
  static final Duration REREAD = Duration.ofSeconds(30);

  /** Hints beyond this make the next tick read everything instead. */
  private static final int MOST_HINTS = 10_000;

  private static final Logger log = LoggerFactory.getLogger(NoteUpkeep.class);

  private final NoteStore store;
  private final NoteBook book;
  private final ChangeFeed feed;
  private final Map<InstanceUid, InstanceUid> renamed = new ConcurrentHashMap<>();
  private final Map<InstanceUid, Long> forgotten = new ConcurrentHashMap<>();
  private final Set<String> hints = ConcurrentHashMap.newKeySet();
  private volatile boolean rereads = true;

  // The thread that ticks.
  private Instant nextReread = Instant.MIN;
  private ChangeFeed.@Nullable Subscription subscription;

  @Inject
  NoteUpkeep(NoteStore store, NoteBook book, ChangeFeed feed) {
    this.store = store;
    this.book = book;
    this.feed = feed;
  }

  /**
   * Reads all notes and follows their changes.
   *
   * @throws StorageException if they cannot be read
   */
  void start() {
    subscription =
        feed.subscribe(
            change -> {
              if (change.kind().equals(NoteStore.KIND)) {
                hint(change.id());
              }
            });
    reread();
    rereads = false;
  }

  /** Does what is left, and follows no changes any more. */
  void stop() {
    if (subscription != null) {
      subscription.close();
    }
    settle();
  }

  /** The agent goes by another uid now, and what is said of it goes with it (D4). Never blocks. */
  void renamed(InstanceUid old, InstanceUid fresh) {
    book.move(old, fresh);
    renamed.put(old, fresh);
  }

  /** The agent is forgotten, and with it what is said of it. Never blocks. */
  void forgotten(InstanceUid agent) {
    long version = book.version(agent);
    if (version > 0) {
      forgotten.put(agent, version);
    }
    book.remove(agent);
  }

  void tick(Instant now) {
    if (!settle()) {
      return;
    }
    try {
      followHints();
      if (rereads || !now.isBefore(nextReread)) {
        rereads = false;
        nextReread = now.plus(REREAD);
        reread();
      }
    } catch (StorageException e) {
      rereads = true;
      log.warn("what operators say of agents cannot be read, will try again: {}", e.getMessage());
    }
  }

  private void hint(String documentId) {
    if (hints.size() < MOST_HINTS) {
      hints.add(documentId);
    } else {
      rereads = true;
    }
  }

  /** Whether everything noted could be done. */
  private boolean settle() {
    try {
      renamed.forEach(this::move);
      forgotten.forEach(this::remove);
      return true;
    } catch (StorageException e) {
      log.warn(
          "what operators say of agents cannot be kept up, will try again: {}", e.getMessage());
      return false;
    }
  }

  private void followHints() {
    for (String id : List.copyOf(hints)) {
      // Before it is read: a change that comes later is hinted at anew.
      hints.remove(id);
      NoteStore.agent(id).ifPresent(this::reread);
    }
  }

  private void reread() {
    Set<InstanceUid> seen = new HashSet<>();
    store.readAll(
        (agent, note) -> {
          seen.add(agent);
          compare(agent, note);
        });
    for (InstanceUid agent : book.agents()) {
      if (!seen.contains(agent)) {
        // It may have been written while the others were read.
        reread(agent);
      }
    }
  }

  private void reread(InstanceUid agent) {
    Optional<KeptNote> found = store.find(agent);
    if (found.isPresent()) {
      compare(agent, found.get());
    } else if (!renamed.containsValue(agent)) {
      book.remove(agent);
    }
  }

  private void compare(InstanceUid agent, KeptNote read) {
    if (read.version() >= book.version(agent)) {
      book.put(agent, read);
    } else {
      // Written on this node after it was read, or removed and written again on another: what is
      // read now is not older than what the book has.
      store.find(agent).ifPresent(note -> book.put(agent, note));
    }
  }

  private void move(InstanceUid old, InstanceUid fresh) {
    Optional<KeptNote> kept = store.find(old);
    if (kept.isPresent()) {
      try {
        book.written(fresh, store.put(fresh, kept.get().note(), 0));
      } catch (VersionConflictException e) {
        log.debug("something was said of agent {} under its new uid already", fresh);
      }
      remove(old, kept.get().version());
    }
    renamed.remove(old, fresh);
  }

  private void remove(InstanceUid agent, long version) {
    try {
      store.remove(agent, version);
    } catch (VersionConflictException e) {
      log.debug("what is said of agent {} was written or removed by somebody else", agent);
    }
    forgotten.remove(agent, version);
  }
}
