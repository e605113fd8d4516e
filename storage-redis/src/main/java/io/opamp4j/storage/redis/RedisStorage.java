package io.opamp4j.storage.redis;

import io.opamp4j.storage.Storage;

/** The health and the end of an opened {@link Redis} and its feed. */
final class RedisStorage implements Storage {
  private final Redis redis;
  private final RedisChangeFeed changes;

  RedisStorage(Redis redis, RedisChangeFeed changes) {
    this.redis = redis;
    this.changes = changes;
  }

  @Override
  public String description() {
    return redis.description();
  }

  @Override
  public Check check() {
    return redis.check();
  }

  @Override
  public boolean shared() {
    return true;
  }

  @Override
  public void close() {
    changes.close();
    redis.close();
  }
}
