package io.opamp4j.storage.memory;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.Page;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A sorted map under one lock, so that a batch and a page are each seen whole. */
final class MemoryAgentStore implements AgentStore {
  private final MemoryStorage storage;
  private final Object lock = new Object();
  private final NavigableMap<InstanceUid, AgentRecord> records = new TreeMap<>();

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
  public void save(Collection<AgentRecord> batch) {
    storage.requireOpen();
    // Copied first: a null among them must not leave half a batch behind.
    List<AgentRecord> all = List.copyOf(batch);
    synchronized (lock) {
      all.forEach(record -> records.put(record.uid(), record));
    }
  }

  @Override
  public boolean remove(InstanceUid uid) {
    storage.requireOpen();
    synchronized (lock) {
      return records.remove(uid) != null;
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
              .filter(r -> query.ownerNode().isEmpty() || r.ownerNode().equals(query.ownerNode())),
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
}
