package io.opamp4j.storage.redis;

import com.google.inject.Exposed;
import com.google.inject.PrivateModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import io.opamp4j.storage.AgentStore;
import io.opamp4j.storage.BlobStore;
import io.opamp4j.storage.ChangeFeed;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Storage;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;

/** Binds the five interfaces; Redis is connected when the injector makes the first of them. */
final class RedisModule extends PrivateModule {
  private final RedisSettings settings;

  RedisModule(RedisSettings settings) {
    this.settings = settings;
  }

  @Override
  protected void configure() {
    bind(ChangeFeed.class).to(RedisChangeFeed.class);
    expose(ChangeFeed.class);
  }

  @Provides
  @Singleton
  Redis redis() {
    return Redis.open(settings);
  }

  @Provides
  @Singleton
  RedisChangeFeed changes(Redis redis) {
    RedisChangeFeed changes = new RedisChangeFeed(redis);
    changes.start();
    return changes;
  }

  @Provides
  @Singleton
  @Exposed
  Storage storage(Redis redis, RedisChangeFeed changes) {
    return new RedisStorage(redis, changes);
  }

  @Provides
  @Singleton
  @Exposed
  AgentStore agents(Redis redis) {
    return new RedisAgentStore(redis);
  }

  @Provides
  @Singleton
  @Exposed
  DocumentStore documents(Redis redis, RedisChangeFeed changes) {
    return new RedisDocumentStore(redis, changes, InstantSource.system(), new SecureRandom());
  }

  @Provides
  @Singleton
  @Exposed
  BlobStore blobs(Redis redis) {
    RedisBlobStore blobs = new RedisBlobStore(redis, InstantSource.system(), UUID::randomUUID);
    blobs.sweep();
    return blobs;
  }
}
