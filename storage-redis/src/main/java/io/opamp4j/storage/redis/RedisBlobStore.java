package io.opamp4j.storage.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.storage.BlobStore;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.params.SetParams;

/**
 * Blobs in pieces of {@value #CHUNK} bytes, so that neither we nor Redis ever hold one whole. The
 * hash is known only when all is read, so the pieces are kept under the number of their upload, and
 * an index says which upload holds which content: an upload that is not in the index does not
 * exist. Its pieces expire by themselves until it is complete, and an upload that is left over all
 * the same is deleted at a later start.
 */
final class RedisBlobStore implements BlobStore {
  static final int CHUNK = 512 * 1024;

  private static final Logger LOG = LoggerFactory.getLogger(RedisBlobStore.class);
  private static final Duration LONGEST_UPLOAD = Duration.ofDays(1);

  private final Redis redis;
  private final InstantSource clock;
  private final Supplier<UUID> ids;

  RedisBlobStore(Redis redis, InstantSource clock, Supplier<UUID> ids) {
    this.redis = redis;
    this.clock = clock;
    this.ids = ids;
  }

  @Override
  public Blob put(InputStream content) throws IOException {
    String upload = ids.get().toString();
    begin(upload);
    try {
      MessageDigest digest = ContentHash.sha256();
      long size = send(content, upload, digest);
      ContentHash hash = new ContentHash(ByteString.copyFrom(digest.digest()));
      Entry entry = new Entry(upload, size);
      complete(entry);
      Entry kept = keep(hash, entry);
      if (!kept.upload().equals(upload)) {
        // The same content was there already.
        delete(upload, size);
      }
      return new Blob(hash, size);
    } catch (IOException | RuntimeException e) {
      discard(upload);
      throw e;
    }
  }

  @Override
  public Optional<Blob> find(ContentHash hash) {
    return entry(hash).map(entry -> new Blob(hash, entry.size()));
  }

  @Override
  public Optional<InputStream> open(ContentHash hash, long offset) {
    Optional<Entry> entry = entry(hash);
    entry.ifPresent(found -> BlobStore.requireOffset(offset, found.size()));
    return entry.map(
        found ->
            new ChunkStream(
                number -> {
                  byte[] key = redis.keys().chunk(found.upload(), number);
                  return Optional.ofNullable(redis.call(client -> client.get(key)));
                },
                CHUNK,
                found.size(),
                offset));
  }

  @Override
  public boolean remove(ContentHash hash) {
    // Once only: when a second attempt finds nothing, nobody can say who removed it.
    Object entry =
        redis.callOnce(
            client -> client.eval(Script.REMOVE_BLOB.bytes(), keys(), List.of(field(hash))));
    if (!(entry instanceof byte[] bytes)) {
      return false;
    }
    Entry removed = Entry.parse(bytes);
    delete(removed.upload(), removed.size());
    return true;
  }

  @Override
  public Page<Blob> list(Optional<ContentHash> after, int limit) {
    DocumentStore.requireLimit(limit);
    return Listing.page(
        after.map(hash -> Bytes.of("(" + hash)).orElseGet(() -> Bytes.of("-")),
        limit,
        place -> Listing.entries(read(place, limit + 1), RedisBlobStore::decoded),
        hash -> Bytes.join('(', hash, new byte[0]));
  }

  /** Hashes and entries in turn. */
  private List<byte[]> read(byte[] from, int limit) {
    return Bytes.list(
        redis.script(
            Script.LIST,
            List.of(redis.keys().blobs(), redis.keys().blobHashes()),
            List.of(from, Bytes.of("+"), Bytes.of(Integer.toString(limit)), Bytes.of("0"))));
  }

  private static Optional<Blob> decoded(byte[] hash, byte[] entry) {
    try {
      return Optional.of(new Blob(ContentHash.parse(Bytes.text(hash)), Entry.parse(entry).size()));
    } catch (IllegalArgumentException | StorageException e) {
      LOG.warn("the entry of blob {} is damaged; it is skipped", Bytes.text(hash));
      return Optional.empty();
    }
  }

  /** Deletes what uploads and removals that were cut short left behind. */
  void sweep() {
    long old = clock.instant().minus(LONGEST_UPLOAD.multipliedBy(2)).toEpochMilli();
    List<byte[]> leftovers =
        redis.call(client -> client.zrangeByScore(redis.keys().uploads(), 0, old));
    for (byte[] upload : leftovers) {
      LOG.info("deleting the leftover upload {}", new String(upload, UTF_8));
      delete(new String(upload, UTF_8), Long.MAX_VALUE);
    }
  }

  private void begin(String upload) {
    Instant now = clock.instant();
    redis.call(client -> client.zadd(redis.keys().uploads(), now.toEpochMilli(), Bytes.of(upload)));
  }

  private long send(InputStream content, String upload, MessageDigest digest) throws IOException {
    SetParams expiring = SetParams.setParams().ex(LONGEST_UPLOAD.toSeconds());
    long size = 0;
    for (long number = 0; ; number++) {
      byte[] chunk = content.readNBytes(CHUNK);
      if (chunk.length == 0) {
        return size;
      }
      digest.update(chunk);
      byte[] key = redis.keys().chunk(upload, number);
      redis.call(client -> client.set(key, chunk, expiring));
      size += chunk.length;
    }
  }

  private void complete(Entry entry) {
    for (long number = 0; number < entry.chunks(); number++) {
      byte[] key = redis.keys().chunk(entry.upload(), number);
      // Repeated after a lost answer it finds nothing to do, so its result says nothing.
      boolean there =
          redis.call(
              client -> {
                client.persist(key);
                return client.exists(key);
              });
      if (!there) {
        throw new StorageException("a piece of the upload has expired", true, null);
      }
    }
  }

  private Entry keep(ContentHash hash, Entry entry) {
    Object kept =
        redis.script(
            Script.KEEP_BLOB,
            keys(),
            List.of(field(hash), entry.bytes(), Bytes.of(entry.upload())));
    return Entry.parse((byte[]) kept);
  }

  private void delete(String upload, long size) {
    long chunks = size == Long.MAX_VALUE ? Long.MAX_VALUE : new Entry(upload, size).chunks();
    boolean more = true;
    for (long number = 0; more && number < chunks; number++) {
      byte[] key = redis.keys().chunk(upload, number);
      long deleted = redis.call(client -> client.unlink(key));
      more = chunks != Long.MAX_VALUE || deleted > 0;
    }
    redis.call(client -> client.zrem(redis.keys().uploads(), Bytes.of(upload)));
  }

  /** After a failure that the caller hears of anyway. */
  private void discard(String upload) {
    try {
      delete(upload, Long.MAX_VALUE);
    } catch (StorageException e) {
      LOG.debug("the pieces of upload {} are left to expire: {}", upload, e.getMessage());
    }
  }

  private Optional<Entry> entry(ContentHash hash) {
    byte[] entry = redis.call(client -> client.hget(redis.keys().blobs(), field(hash)));
    return Optional.ofNullable(entry).map(Entry::parse);
  }

  private List<byte[]> keys() {
    return List.of(redis.keys().blobs(), redis.keys().uploads(), redis.keys().blobHashes());
  }

  private static byte[] field(ContentHash hash) {
    return Bytes.of(hash.toString());
  }

  /** Which upload holds a blob. Written as {@code upload size}. */
  private record Entry(String upload, long size) {
    long chunks() {
      return (size + CHUNK - 1) / CHUNK;
    }

    byte[] bytes() {
      return Bytes.of(upload + " " + size);
    }

    static Entry parse(byte[] bytes) {
      String text = new String(bytes, UTF_8);
      int space = text.indexOf(' ');
      try {
        return new Entry(
            text.substring(0, Math.max(space, 0)),
            Long.parseLong(text, space + 1, text.length(), 10));
      } catch (NumberFormatException e) {
        throw new StorageException("an entry in the index of blobs is damaged", false, e);
      }
    }
  }
}
