package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.storage.AgentQuery;
import io.opamp4j.storage.AgentRecord;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.StorageException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A small store that counts its writes and fails on request. */
final class BrittleAgentStore implements AgentStore {
  private final TreeMap<InstanceUid, AgentRecord> records = new TreeMap<>();
  private @Nullable StorageException failure;
  private int saves;

  void fail(StorageException with) {
    failure = with;
  }

  void heal() {
    failure = null;
  }

  int saves() {
    return saves;
  }

  @Override
  public Optional<AgentRecord> find(InstanceUid uid) {
    return Optional.ofNullable(records.get(uid));
  }

  @Override
  public Set<InstanceUid> save(Collection<AgentRecord> batch) {
    if (failure != null) {
      throw failure;
    }
    saves++;
    batch.forEach(record -> records.put(record.uid(), record));
    return Set.of();
  }

  @Override
  public boolean remove(InstanceUid uid) {
    return records.remove(uid) != null;
  }

  @Override
  public Page<AgentRecord> list(AgentQuery query) {
    List<AgentRecord> rest =
        query.after().map(uid -> records.tailMap(uid, false)).orElse(records).values().stream()
            .limit(query.limit() + 1L)
            .toList();
    boolean more = rest.size() > query.limit();
    return new Page<>(more ? rest.subList(0, query.limit()) : rest, more);
  }

  @Override
  public long count() {
    return records.size();
  }
}
