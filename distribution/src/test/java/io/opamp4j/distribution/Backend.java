package io.opamp4j.distribution;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** The storages with which the packaged server must do the same. */
enum Backend {
  MEMORY,
  H2,
  REDIS;

  /**
   * Makes this storage ready for one server.
   *
   * @param folder where a Redis may put its files
   */
  Place at(Path folder) {
    return new Place(this, this == REDIS ? RedisProcess.start(folder.resolve("redis")) : null);
  }

  /** Where a server keeps its state; closing it ends the Redis, if there is one. */
  static final class Place implements AutoCloseable {
    private final Backend backend;
    private final RedisProcess redis;

    private Place(Backend backend, RedisProcess redis) {
      this.backend = backend;
      this.redis = redis;
    }

    /** What the server's environment has to say. */
    Map<String, String> environment() {
      String type = backend.name().toLowerCase(Locale.ROOT);
      return redis == null
          ? Map.of("OPAMP_STORAGE_TYPE", type)
          : Map.of("OPAMP_STORAGE_TYPE", type, "OPAMP_STORAGE_REDIS_NODES", redis.node());
    }

    @Override
    public void close() {
      if (redis != null) {
        redis.close();
      }
    }
  }
}
