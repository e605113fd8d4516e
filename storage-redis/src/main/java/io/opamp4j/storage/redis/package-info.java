/**
 * The storage backend for several server nodes: Redis through Jedis, as a single server, watched by
 * Sentinel, or as a Cluster. Only {@link io.opamp4j.storage.redis.RedisStoragePlugin} is public.
 */
@NullMarked
package io.opamp4j.storage.redis;

import org.jspecify.annotations.NullMarked;
