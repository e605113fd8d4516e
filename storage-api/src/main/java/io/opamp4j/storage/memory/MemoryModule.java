package io.opamp4j.storage.memory;

import com.google.inject.Exposed;
import com.google.inject.PrivateModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.BlobStore;
import io.opamp4j.storage.ChangeFeed;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.LocalChangeFeed;
import io.opamp4j.storage.Storage;
import java.time.InstantSource;

/** Binds the five interfaces, one of each per injector. */
final class MemoryModule extends PrivateModule {

  @Override
  protected void configure() {
    bind(ChangeFeed.class).to(LocalChangeFeed.class);
    expose(ChangeFeed.class);
    bind(Storage.class).to(MemoryStorage.class);
    expose(Storage.class);
  }

  @Provides
  @Singleton
  LocalChangeFeed changes() {
    return new LocalChangeFeed(MemoryStoragePlugin.NAME);
  }

  @Provides
  @Singleton
  MemoryStorage storage(LocalChangeFeed changes) {
    return new MemoryStorage(changes);
  }

  @Provides
  @Singleton
  @Exposed
  AgentStore agents(MemoryStorage storage) {
    return new MemoryAgentStore(storage);
  }

  @Provides
  @Singleton
  @Exposed
  DocumentStore documents(MemoryStorage storage, LocalChangeFeed changes) {
    return new MemoryDocumentStore(storage, changes, InstantSource.system());
  }

  @Provides
  @Singleton
  @Exposed
  BlobStore blobs(MemoryStorage storage) {
    return new MemoryBlobStore(storage);
  }
}
