package io.opamp4j.storage.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.opamp4j.storage.ChangeFeed;
import io.opamp4j.storage.LocalChangeFeed;
import io.opamp4j.storage.StorageException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.BinaryJedisPubSub;

/**
 * Hints of all nodes, by Redis' publish and subscribe. One daemon thread listens; when its
 * connection was lost, whatever was published meanwhile is unknown, so every document of every kind
 * that changed before is told again once it listens anew. Own writes are told at once and do not
 * depend on the way through Redis, by which they come a second time.
 */
final class RedisChangeFeed implements ChangeFeed, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisChangeFeed.class);
  private static final char SEPARATOR = '/';
  private static final long PAUSE_MILLIS = 500;

  private final Redis redis;
  private final LocalChangeFeed local;
  private final Set<String> kinds = ConcurrentHashMap.newKeySet();
  private final Set<String> announced = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Listening listening = new Listening();
  private final Thread thread;

  RedisChangeFeed(Redis redis) {
    this.redis = redis;
    this.local = new LocalChangeFeed(RedisStoragePlugin.NAME);
    this.thread = new Thread(this::listen, "redis-changes");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  @Override
  public Subscription subscribe(Consumer<Change> listener) {
    return local.subscribe(listener);
  }

  /** Before the first document of a kind is written: a set of all kinds must never lack one. */
  void announce(String kind) {
    if (!announced.contains(kind)) {
      redis.call(client -> client.sadd(redis.keys().kinds(), Bytes.of(kind)));
      announced.add(kind);
    }
  }

  /** A document was written or removed by this node. */
  void written(String kind, String id) {
    told(kind, id);
  }

  static byte[] notice(String kind, String id) {
    return (kind + SEPARATOR + id).getBytes(UTF_8);
  }

  @Override
  public void close() {
    closed.countDown();
    local.close();
    listening.stop();
  }

  private void listen() {
    boolean quiet = false;
    while (closed.getCount() > 0) {
      try {
        redis.callOnce(
            client -> {
              client.subscribe(listening, redis.keys().changes());
              return true;
            });
        quiet = false;
      } catch (StorageException e) {
        if (closed.getCount() > 0 && !quiet) {
          LOG.warn("changes of other nodes are not heard: {}", e.getMessage());
          quiet = true;
        }
      }
      try {
        if (closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
          return;
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void told(String kind, String id) {
    kinds.add(kind);
    local.publish(kind, id);
  }

  private void tellEverything() {
    try {
      for (String kind : kinds) {
        List<byte[]> ids =
            redis.call(
                client ->
                    client.zrangeByLex(
                        redis.keys().documentIds(kind), Bytes.of("-"), Bytes.of("+")));
        ids.forEach(id -> local.publish(kind, new String(id, UTF_8)));
      }
    } catch (StorageException e) {
      LOG.debug("changes may have been missed: {}", e.getMessage());
    }
  }

  /** Called on the feed's thread while it listens. */
  private final class Listening extends BinaryJedisPubSub {
    private boolean before;

    @Override
    public void onSubscribe(byte[] channel, int channels) {
      if (before) {
        tellEverything();
      }
      before = true;
    }

    @Override
    public void onMessage(byte[] channel, byte[] message) {
      String notice = new String(message, UTF_8);
      int separator = notice.indexOf(SEPARATOR);
      if (separator > 0) {
        told(notice.substring(0, separator), notice.substring(separator + 1));
      }
    }

    void stop() {
      if (isSubscribed()) {
        try {
          unsubscribe();
        } catch (RuntimeException e) {
          LOG.debug("the feed's connection was gone already: {}", e.toString());
        }
      }
    }
  }
}
