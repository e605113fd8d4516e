package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.StorageException;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings agent records to storage in batches. Between two flushes an agent that changes many times
 * is written once, and memory holds at most one note per agent. What an agent reported can be asked
 * for again, so nothing waits for these writes. A record that is refused because another node has
 * claimed the agent is not tried again: {@link Mirror} learns of that claim. Any thread may note;
 * one thread flushes.
 */
final class RecordWriter {
  private static final int BATCH = 1_000;
  private static final Logger log = LoggerFactory.getLogger(RecordWriter.class);

  private final AgentStore store;
  private final Claims claims;
  private final Map<InstanceUid, AgentSession> changed = new ConcurrentHashMap<>();
  private final Set<InstanceUid> removed = ConcurrentHashMap.newKeySet();

  @Inject
  RecordWriter(AgentStore store, Claims claims) {
    this.store = store;
    this.claims = claims;
  }

  void changed(AgentSession session) {
    changed.put(session.now().state().uid(), session);
  }

  void removed(InstanceUid uid) {
    changed.remove(uid);
    removed.add(uid);
  }

  /** Writes everything noted so far. On failure the rest stays noted for the next flush. Blocks. */
  void flush() {
    try {
      for (InstanceUid uid : List.copyOf(removed)) {
        store.remove(uid);
        removed.remove(uid);
      }
      for (List<InstanceUid> batch = nextBatch(); !batch.isEmpty(); batch = nextBatch()) {
        write(batch);
      }
    } catch (StorageException e) {
      log.warn("Agent records could not be written, will try again: {}", e.getMessage());
    }
  }

  private static void savedAs(@Nullable AgentSession session, AgentRecord record) {
    if (session != null) {
      session.saved(record.ownership().term());
    }
  }

  private List<InstanceUid> nextBatch() {
    return changed.keySet().stream().limit(BATCH).toList();
  }

  private void write(List<InstanceUid> uids) {
    Map<InstanceUid, AgentSession> taken = new HashMap<>();
    List<AgentRecord> records = new ArrayList<>(uids.size());
    for (InstanceUid uid : uids) {
      // Taken out before it is read: a change that comes later is noted anew.
      AgentSession session = changed.remove(uid);
      if (session != null) {
        claims
            .record(session)
            .ifPresent(
                record -> {
                  taken.put(uid, session);
                  records.add(record);
                });
      }
    }
    try {
      Set<InstanceUid> refused = store.save(records);
      for (AgentRecord record : records) {
        if (!refused.contains(record.uid())) {
          savedAs(taken.get(record.uid()), record);
        }
      }
    } catch (StorageException e) {
      taken.forEach(changed::putIfAbsent);
      throw e;
    }
  }
}
