package io.opamp4j.storage.h2;

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

/** Binds the five interfaces; the database is opened when the injector makes the first of them. */
final class H2Module extends PrivateModule {
  private final H2Settings settings;

  H2Module(H2Settings settings) {
    this.settings = settings;
  }

  @Override
  protected void configure() {
    bind(ChangeFeed.class).to(LocalChangeFeed.class);
    expose(ChangeFeed.class);
  }

  @Provides
  @Singleton
  LocalChangeFeed changes() {
    return new LocalChangeFeed(H2StoragePlugin.NAME);
  }

  @Provides
  @Singleton
  H2Database database() {
    return H2Database.open(settings);
  }

  @Provides
  @Singleton
  @Exposed
  Storage storage(H2Database database, LocalChangeFeed changes) {
    return new H2Storage(database, changes);
  }

  @Provides
  @Singleton
  @Exposed
  AgentStore agents(H2Database database) {
    return new H2AgentStore(database);
  }

  @Provides
  @Singleton
  @Exposed
  DocumentStore documents(H2Database database, LocalChangeFeed changes) {
    return new H2DocumentStore(database, changes, InstantSource.system());
  }

  @Provides
  @Singleton
  @Exposed
  BlobStore blobs(H2Database database) {
    return new FileBlobStore(database, settings.blobDirectory());
  }
}
