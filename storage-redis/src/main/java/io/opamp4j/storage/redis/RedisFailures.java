package io.opamp4j.storage.redis;

import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.StorageException.Reason;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.exceptions.JedisRedirectionException;

/** What went wrong, in one line, and whether trying again can help. */
final class RedisFailures {
  private RedisFailures() {}

  static StorageException of(JedisException e) {
    if (isFull(e)) {
      return new StorageException(
          "Redis is full (its maxmemory is reached): " + reason(e), Reason.FULL, e);
    }
    return new StorageException("Redis failed: " + reason(e), isPassing(e), e);
  }

  static StorageException closed() {
    return new StorageException("the Redis storage is closed", false, null);
  }

  /** The innermost words: Jedis wraps, and says most at the bottom. */
  static String reason(Throwable e) {
    Throwable innermost = e;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    String message = innermost.getMessage();
    String line = message == null ? "" : message.lines().findFirst().orElse("");
    return line.isEmpty() ? innermost.getClass().getSimpleName() : line;
  }

  /**
   * Whatever the server did not judge for good: lost connections, fail-overs, a server that is
   * loading. A wrong password or a refused command stays wrong.
   */
  private static boolean isPassing(JedisException e) {
    if (e instanceof JedisAccessControlException) {
      return false;
    }
    if (!(e instanceof JedisDataException) || e instanceof JedisRedirectionException) {
      return true;
    }
    String message = e.getMessage() == null ? "" : e.getMessage();
    for (String passing :
        new String[] {
          "LOADING",
          "READONLY",
          "MASTERDOWN",
          "CLUSTERDOWN",
          "TRYAGAIN",
          "BUSY",
          "NOREPLICAS",
          "MISCONF"
        }) {
      if (message.startsWith(passing) || message.contains("-" + passing + " ")) {
        return true;
      }
    }
    return false;
  }

  /** Said by the server, in a script, or by a script that was not even begun. */
  private static boolean isFull(JedisException e) {
    String message = e.getMessage() == null ? "" : e.getMessage();
    return e instanceof JedisDataException
        && (message.startsWith("OOM")
            || message.contains("-OOM ")
            || message.contains("command not allowed when used memory"));
  }
}
