package io.opamp4j.server.agents;

import com.google.protobuf.ByteString;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.StorageException;
import java.util.List;
import java.util.Optional;

/** Documents of another store, which fail on request, before or after the write. */
public final class BrittleDocumentStore implements DocumentStore {
  private final DocumentStore real;
  private boolean failing;
  private boolean failingAfterWrites;
  private int writes;
  private int writesLeft = Integer.MAX_VALUE;
  private Runnable beforeNextPut = () -> {};

  public BrittleDocumentStore(DocumentStore real) {
    this.real = real;
  }

  public void fail() {
    failing = true;
  }

  /** Fails after this many writes from now. */
  public void failAfter(int more) {
    writesLeft = more;
  }

  /** From now on what is written is there, but the writer is told that it failed. */
  public void failAfterWrites() {
    failingAfterWrites = true;
  }

  public void heal() {
    failing = false;
    failingAfterWrites = false;
    writesLeft = Integer.MAX_VALUE;
  }

  /** Somebody else is quicker. */
  public void beforeNextPut(Runnable action) {
    beforeNextPut = action;
  }

  public int writes() {
    return writes;
  }

  @Override
  public Optional<Document> find(String kind, String id) {
    check();
    return real.find(kind, id);
  }

  @Override
  public Document put(String kind, String id, ByteString body, long expectedVersion) {
    check();
    Runnable before = beforeNextPut;
    beforeNextPut = () -> {};
    before.run();
    if (writesLeft-- <= 0) {
      throw broken();
    }
    Document written = real.put(kind, id, body, expectedVersion);
    writes++;
    if (failingAfterWrites) {
      throw broken();
    }
    return written;
  }

  @Override
  public void remove(String kind, String id, long expectedVersion) {
    check();
    real.remove(kind, id, expectedVersion);
  }

  @Override
  public Page<Document> list(String kind, Optional<String> after, int limit) {
    check();
    return real.list(kind, after, limit);
  }

  @Override
  public List<String> kinds() {
    check();
    return real.kinds();
  }

  @Override
  public void restore(Document document) {
    check();
    real.restore(document);
  }

  private void check() {
    if (failing) {
      throw broken();
    }
  }

  private static StorageException broken() {
    return new StorageException("the connection broke", true, null);
  }
}
