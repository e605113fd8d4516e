package io.opamp4j.storage.memory;

import com.google.protobuf.ByteString;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.LocalChangeFeed;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.VersionConflictException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A sorted map per kind under one lock, so that comparing and setting are one step. */
final class MemoryDocumentStore implements DocumentStore {
  private final MemoryStorage storage;
  private final LocalChangeFeed changes;
  private final InstantSource clock;
  private final Object lock = new Object();
  private final Map<String, NavigableMap<String, Document>> kinds = new HashMap<>();

  MemoryDocumentStore(MemoryStorage storage, LocalChangeFeed changes, InstantSource clock) {
    this.storage = storage;
    this.changes = changes;
    this.clock = clock;
  }

  @Override
  public Optional<Document> find(String kind, String id) {
    Document.requireKey(kind, id);
    storage.requireOpen();
    synchronized (lock) {
      return Optional.ofNullable(ofKind(kind).get(id));
    }
  }

  @Override
  public Document put(String kind, String id, ByteString body, long expectedVersion) {
    Document.requireKey(kind, id);
    storage.requireOpen();
    Document written;
    synchronized (lock) {
      requireVersion(kind, id, expectedVersion);
      written = new Document(kind, id, expectedVersion + 1, body, clock.instant());
      ofKind(kind).put(id, written);
    }
    changes.publish(kind, id);
    return written;
  }

  @Override
  public void remove(String kind, String id, long expectedVersion) {
    Document.requireKey(kind, id);
    storage.requireOpen();
    synchronized (lock) {
      requireVersion(kind, id, expectedVersion);
      if (ofKind(kind).remove(id) == null) {
        throw new VersionConflictException(kind, id, expectedVersion, ABSENT);
      }
    }
    changes.publish(kind, id);
  }

  @Override
  public Page<Document> list(String kind, Optional<String> after, int limit) {
    Document.requireKind(kind);
    DocumentStore.requireLimit(limit);
    storage.requireOpen();
    synchronized (lock) {
      NavigableMap<String, Document> all = ofKind(kind);
      return Pages.of(after.map(id -> all.tailMap(id, false)).orElse(all).values().stream(), limit);
    }
  }

  @Override
  public List<String> kinds() {
    storage.requireOpen();
    synchronized (lock) {
      return kinds.entrySet().stream()
          .filter(kind -> !kind.getValue().isEmpty())
          .map(Map.Entry::getKey)
          .sorted()
          .toList();
    }
  }

  @Override
  public void restore(Document document) {
    storage.requireOpen();
    synchronized (lock) {
      requireVersion(document.kind(), document.id(), ABSENT);
      ofKind(document.kind()).put(document.id(), document);
    }
    changes.publish(document.kind(), document.id());
  }

  private void requireVersion(String kind, String id, long expectedVersion) {
    Document current = ofKind(kind).get(id);
    long currentVersion = current == null ? ABSENT : current.version();
    if (currentVersion != expectedVersion) {
      throw new VersionConflictException(kind, id, expectedVersion, currentVersion);
    }
  }

  private NavigableMap<String, Document> ofKind(String kind) {
    return kinds.computeIfAbsent(kind, k -> new TreeMap<>(Document.ID_ORDER));
  }
}
