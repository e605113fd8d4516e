package io.opamp4j.storage.memory;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.AgentChanges;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.Page;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A sorted map under one lock, so that a batch and a page are each seen whole. */
final class MemoryAgentStore implements AgentStore {
  private final MemoryStorage storage;
  private final Object lock = new Object();
  private final NavigableMap<InstanceUid, AgentRecord> records = new TreeMap<>();
  private final ChangeOrder order = new ChangeOrder(AgentChanges.REMOVALS);

  MemoryAgentStore(MemoryStorage storage) {
    this.storage = storage;
  }

  @Override
  public Optional<AgentRecord> find(InstanceUid uid) {
    storage.requireOpen();
    synchronized (lock) {
      return Optional.ofNullable(records.get(uid));
    }
  }

  @Override
  public Set<InstanceUid> save(Collection<AgentRecord> batch) {
    storage.requireOpen();
    // Copied first: a null among them must not leave half a batch behind.
    List<AgentRecord> all = List.copyOf(batch);
    Set<InstanceUid> left = new HashSet<>();
    synchronized (lock) {
      for (AgentRecord record : all) {
        @Nullable AgentRecord stored = records.get(record.uid());
        if (stored == null || record.ownership().mayReplace(stored.ownership())) {
          records.put(record.uid(), record);
          order.saved(record.uid());
        } else {
          left.add(record.uid());
        }
      }
    }
    return left;
  }

  @Override
  public boolean remove(InstanceUid uid) {
    storage.requireOpen();
    synchronized (lock) {
      boolean removed = records.remove(uid) != null;
      if (removed) {
        order.removed(uid);
      }
      return removed;
    }
  }

  @Override
  public Page<AgentRecord> list(AgentQuery query) {
    storage.requireOpen();
    synchronized (lock) {
      NavigableMap<InstanceUid, AgentRecord> rest =
          query.after().map(uid -> records.tailMap(uid, false)).orElse(records);
      return Pages.of(
          rest.values().stream()
              .filter(
                  record ->
                      query.ownerNode().isEmpty()
                          || record.ownership().node().equals(query.ownerNode().get())),
          query.limit());
    }
  }

  @Override
  public long count() {
    storage.requireOpen();
    synchronized (lock) {
      return records.size();
    }
  }

  @Override
  public AgentChanges changes(long since, int limit) {
    storage.requireOpen();
    AgentChanges.requireValid(since, limit);
    synchronized (lock) {
      List<AgentRecord> saved = new ArrayList<>();
      List<InstanceUid> removed = new ArrayList<>();
      ChangeOrder.Part part = order.after(since, limit);
      for (InstanceUid uid : part.uids()) {
        @Nullable AgentRecord record = records.get(uid);
        if (record != null) {
          saved.add(record);
        } else {
          removed.add(uid);
        }
      }
      return new AgentChanges(saved, removed, part.last(), part.more());
    }
  }
}
