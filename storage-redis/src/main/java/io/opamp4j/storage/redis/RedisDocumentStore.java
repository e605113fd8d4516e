package io.opamp4j.storage.redis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.storage.Document;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.VersionConflictException;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The documents of one kind in one slot. A script compares the version, writes, and publishes the
 * hint in one step. A write whose answer was lost is sent again; if it then meets its own first
 * attempt, it knows it by the writer's number and has succeeded.
 */
final class RedisDocumentStore implements DocumentStore {
  private static final Logger LOG = LoggerFactory.getLogger(RedisDocumentStore.class);

  private final Redis redis;
  private final RedisChangeFeed changes;
  private final InstantSource clock;
  private final RandomGenerator random;

  /**
   * @param random used by several threads at once
   */
  RedisDocumentStore(
      Redis redis, RedisChangeFeed changes, InstantSource clock, RandomGenerator random) {
    this.redis = redis;
    this.changes = changes;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public Optional<Document> find(String kind, String id) {
    Document.requireKey(kind, id);
    return read(kind, id).map(DocumentValues::document);
  }

  @Override
  public Document put(String kind, String id, ByteString body, long expectedVersion) {
    Document.requireKey(kind, id);
    requireNonNull(body, "body");
    if (expectedVersion < ABSENT || expectedVersion == Long.MAX_VALUE) {
      throw new VersionConflictException(kind, id, expectedVersion, currentVersion(kind, id));
    }
    Document written = new Document(kind, id, expectedVersion + 1, body, clock.instant());
    write(written, expectedVersion);
    return written;
  }

  @Override
  public void restore(Document document) {
    write(document, ABSENT);
  }

  private void write(Document document, long expectedVersion) {
    String kind = document.kind();
    String id = document.id();
    changes.announce(kind);
    DocumentValues written = new DocumentValues(document, random.nextLong());
    long before =
        version(
            redis.script(
                Script.PUT_DOCUMENT,
                keys(kind),
                List.of(
                    Bytes.of(id),
                    Bytes.of(Long.toString(expectedVersion)),
                    Bytes.of(Long.toString(document.version())),
                    written.encode(),
                    redis.keys().changes(),
                    RedisChangeFeed.notice(kind, id))));
    if (before != expectedVersion && !isOwn(written, before)) {
      throw new VersionConflictException(kind, id, expectedVersion, before);
    }
    changes.written(kind, id);
  }

  @Override
  public void remove(String kind, String id, long expectedVersion) {
    Document.requireKey(kind, id);
    if (expectedVersion <= ABSENT) {
      throw new VersionConflictException(kind, id, expectedVersion, currentVersion(kind, id));
    }
    // Once only: when a second attempt finds nothing, nobody can say who removed it.
    Object answer =
        redis.callOnce(
            client ->
                client.eval(
                    Script.REMOVE_DOCUMENT.bytes(),
                    keys(kind),
                    List.of(
                        Bytes.of(id),
                        Bytes.of(Long.toString(expectedVersion)),
                        redis.keys().changes(),
                        RedisChangeFeed.notice(kind, id))));
    if (version(answer) != expectedVersion) {
      throw new VersionConflictException(kind, id, expectedVersion, version(answer));
    }
    changes.written(kind, id);
  }

  @Override
  public Page<Document> list(String kind, Optional<String> after, int limit) {
    Document.requireKind(kind);
    DocumentStore.requireLimit(limit);
    byte[] from = after.map(id -> Bytes.of("(" + id)).orElseGet(() -> Bytes.of("-"));
    return Listing.page(
        from,
        limit,
        place ->
            Listing.entries(
                read(kind, place, limit + 1), (id, value) -> decoded(kind, Bytes.text(id), value)),
        id -> Bytes.join('(', id, new byte[0]));
  }

  /** Ids and documents in turn. */
  private List<byte[]> read(String kind, byte[] from, int limit) {
    return Bytes.list(
        redis.script(
            Script.LIST,
            List.of(redis.keys().documents(kind), redis.keys().documentIds(kind)),
            List.of(from, Bytes.of("+"), Bytes.of(Integer.toString(limit)), Bytes.of("0"))));
  }

  private static Optional<Document> decoded(String kind, String id, byte[] value) {
    try {
      return Optional.of(DocumentValues.decode(kind, id, value).document());
    } catch (IOException e) {
      LOG.warn("{}; it is skipped", damaged(kind, id, e));
      return Optional.empty();
    }
  }

  @Override
  public List<String> kinds() {
    return redis.call(client -> client.smembers(redis.keys().kinds())).stream()
        .map(kind -> new String(kind, UTF_8))
        .filter(kind -> redis.call(client -> client.zcard(redis.keys().documentIds(kind))) > 0)
        .sorted()
        .toList();
  }

  private Optional<DocumentValues> read(String kind, String id) {
    byte[] value = redis.call(client -> client.hget(redis.keys().documents(kind), Bytes.of(id)));
    if (value == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(DocumentValues.decode(kind, id, value));
    } catch (IOException e) {
      throw new StorageException(damaged(kind, id, e), false, e);
    }
  }

  private long currentVersion(String kind, String id) {
    return read(kind, id).map(found -> found.document().version()).orElse(ABSENT);
  }

  /** Whether what is there was written by this very call, at an attempt whose answer was lost. */
  private boolean isOwn(DocumentValues written, long current) {
    Document document = written.document();
    return current == document.version()
        && read(document.kind(), document.id())
            .filter(found -> found.writer() == written.writer())
            .isPresent();
  }

  private List<byte[]> keys(String kind) {
    Keys keys = redis.keys();
    return List.of(keys.documents(kind), keys.versions(kind), keys.documentIds(kind));
  }

  private static long version(Object answer) {
    return Long.parseLong(new String((byte[]) answer, UTF_8));
  }

  private static String damaged(String kind, String id, IOException e) {
    return "the stored " + kind + " " + id + " is damaged: " + e.getMessage();
  }
}
