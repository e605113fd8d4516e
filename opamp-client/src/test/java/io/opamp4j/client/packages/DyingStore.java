package io.opamp4j.client.packages;

import io.opamp4j.core.ContentHash;
import io.opamp4j.proto.PackageMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * A store that changes nothing any more after so many changes, as if the process had been killed.
 */
final class DyingStore implements PackageStore {
  private final PackageStore store;
  private final Runnable onDeath;
  private int life;

  /**
   * @param life how many changes it lives to make
   */
  DyingStore(PackageStore store, int life, Runnable onDeath) {
    this.store = store;
    this.life = life;
    this.onDeath = onDeath;
  }

  /** A change that may fail. */
  private interface Change {
    void make() throws IOException;
  }

  private synchronized void change(Change change) throws IOException {
    if (life <= 0) {
      life--;
      onDeath.run();
      throw new UncheckedIOException(new IOException("dead"));
    }
    life--;
    change.make();
  }

  synchronized boolean isDead() {
    return life < 0;
  }

  @Override
  public PackageMemory load() throws IOException {
    return store.load();
  }

  @Override
  public void save(PackageMemory memory) throws IOException {
    change(() -> store.save(memory));
  }

  @Override
  public Optional<Path> find(ContentHash content) {
    return store.find(content);
  }

  @Override
  public void keepOnly(Set<ContentHash> contents) throws IOException {
    change(() -> store.keepOnly(contents));
  }

  @Override
  public void close() {
    store.close();
  }

  @Override
  public Incoming incoming(ContentHash content) throws IOException {
    Incoming incoming = store.incoming(content);
    return new Incoming() {
      @Override
      public long size() {
        return incoming.size();
      }

      @Override
      public void append(ByteBuffer bytes) throws IOException {
        change(() -> incoming.append(bytes));
      }

      @Override
      public void restart() throws IOException {
        change(incoming::restart);
      }

      @Override
      public InputStream read() throws IOException {
        return incoming.read();
      }

      @Override
      public void complete() throws IOException {
        change(incoming::complete);
      }

      @Override
      public void close() throws IOException {
        incoming.close();
      }
    };
  }
}
