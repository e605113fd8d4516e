package io.opamp4j.storage.redis;

import io.opamp4j.storage.Storage.Check;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.StorageException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.params.SetParams;

/**
 * The opened connections to Redis, and what every command shares: it fails once closed, its failure
 * is a {@link StorageException}, and it is tried again where a new connection may do. Thread-safe.
 */
final class Redis implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Redis.class);

  /** A connection can break under a command; a new one may do. */
  private static final int ATTEMPTS = 3;

  private static final byte[] PROBE = Bytes.of("written by a check of health");
  private static final long PROBE_SECONDS = 60;

  private final RedisSettings settings;
  private final UnifiedJedis client;
  private final Keys keys;
  private final AtomicBoolean closed = new AtomicBoolean();

  private Redis(RedisSettings settings, UnifiedJedis client) {
    this.settings = settings;
    this.client = client;
    this.keys = new Keys(settings.prefix());
  }

  /**
   * Connects.
   *
   * @throws StorageException if Redis cannot be reached or does not let us in
   */
  static Redis open(RedisSettings settings) {
    try {
      UnifiedJedis client = Clients.connect(settings);
      Redis redis = new Redis(settings, client);
      try {
        redis.client.ping();
        LOG.info("opened {}", redis.description());
        return redis;
      } catch (JedisException e) {
        client.close();
        throw e;
      }
    } catch (JedisException e) {
      throw new StorageException(
          "cannot reach " + describe(settings) + ": " + RedisFailures.reason(e), true, e);
    }
  }

  Keys keys() {
    return keys;
  }

  String description() {
    return describe(settings);
  }

  /** A command that does no harm when it is done twice. */
  <T> T call(Function<UnifiedJedis, T> command) {
    for (int attempt = 1; ; attempt++) {
      try {
        return callOnce(command);
      } catch (StorageException e) {
        if (e.reason() != Reason.UNAVAILABLE
            || attempt == ATTEMPTS
            || Thread.currentThread().isInterrupted()) {
          throw e;
        }
      }
    }
  }

  /** A command that is not repeated: after a failure nobody knows whether it was done. */
  <T> T callOnce(Function<UnifiedJedis, T> command) {
    requireOpen();
    try {
      return command.apply(client);
    } catch (JedisException e) {
      throw failure(e);
    } catch (IllegalStateException e) {
      // The pool's way to say that it was closed meanwhile.
      requireOpen();
      throw e;
    }
  }

  /** A script of several keys, all in one slot; see {@link #call}. */
  Object script(Script script, List<byte[]> scriptKeys, List<byte[]> arguments) {
    return call(client -> client.eval(script.bytes(), scriptKeys, arguments));
  }

  void requireOpen() {
    if (closed.get()) {
      throw RedisFailures.closed();
    }
  }

  boolean isClosed() {
    return closed.get();
  }

  Check check() {
    try {
      // A full Redis answers a ping all the same, so that it must be given something to keep.
      callOnce(client -> client.set(keys.probe(), PROBE, SetParams.setParams().ex(PROBE_SECONDS)));
      return Check.OK;
    } catch (StorageException e) {
      return Check.failed(e.getMessage() == null ? "Redis failed" : e.getMessage());
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      client.close();
    }
  }

  private StorageException failure(JedisException e) {
    for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
    }
    return closed.get() ? RedisFailures.closed() : RedisFailures.of(e);
  }

  private static String describe(RedisSettings settings) {
    List<String> nodes = new ArrayList<>();
    settings.nodes().stream().map(HostAndPort::toString).sorted().forEach(nodes::add);
    String where = String.join(", ", nodes);
    return switch (settings.mode()) {
      case STANDALONE -> "redis at " + where + ", database " + settings.database();
      case SENTINEL -> "redis master " + settings.sentinelMaster() + " by sentinels " + where;
      case CLUSTER -> "redis cluster at " + where;
    };
  }
}
