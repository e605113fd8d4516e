package io.opamp4j.storage.redis;

import com.google.inject.Module;
import io.opamp4j.storage.StorageOptions;
import io.opamp4j.storage.StoragePlugin;
import io.opamp4j.storage.StorageSetting;
import java.util.List;

/**
 * Selected by {@code storage.type: redis}, for several server nodes on one Redis: a single server,
 * one watched by Sentinel, or a Cluster. Opening fails with a {@link
 * io.opamp4j.storage.StorageException} when Redis cannot be reached or refuses the credentials.
 *
 * <p>What is acknowledged is as durable as Redis makes it: with {@code appendonly yes} and {@code
 * appendfsync always} it survives a crash; a fail-over loses what the replica had not received.
 */
public final class RedisStoragePlugin implements StoragePlugin {
  static final String NAME = "redis";

  /** For {@link java.util.ServiceLoader}. */
  public RedisStoragePlugin() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<StorageSetting> settings() {
    return RedisSettings.DECLARED;
  }

  @Override
  public Module module(StorageOptions options) {
    return new RedisModule(RedisSettings.from(options));
  }
}
