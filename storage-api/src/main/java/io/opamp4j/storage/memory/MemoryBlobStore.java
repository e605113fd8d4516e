package io.opamp4j.storage.memory;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.storage.BlobStore;
import io.opamp4j.storage.DocumentStore;
import io.opamp4j.storage.Page;
import io.opamp4j.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** Blobs as byte strings on the heap. */
final class MemoryBlobStore implements BlobStore {
  private static final int CHUNK = 64 * 1024;
  private static final long MAX_SIZE = 1L << 30;

  private final MemoryStorage storage;
  private final ConcurrentNavigableMap<ContentHash, ByteString> blobs =
      new ConcurrentSkipListMap<>(
          Comparator.comparing(ContentHash::bytes, ByteString.unsignedLexicographicalComparator()));

  MemoryBlobStore(MemoryStorage storage) {
    this.storage = storage;
  }

  @Override
  public Blob put(InputStream content) throws IOException {
    storage.requireOpen();
    MessageDigest digest = ContentHash.sha256();
    ByteString.Output kept = ByteString.newOutput(CHUNK);
    byte[] chunk = new byte[CHUNK];
    for (int n = content.read(chunk); n >= 0; n = content.read(chunk)) {
      if (kept.size() + (long) n > MAX_SIZE) {
        throw new StorageException("the memory store keeps no blob above 1 GiB", false, null);
      }
      digest.update(chunk, 0, n);
      kept.write(chunk, 0, n);
    }
    storage.requireOpen();
    ContentHash hash = new ContentHash(ByteString.copyFrom(digest.digest()));
    ByteString bytes = kept.toByteString();
    blobs.putIfAbsent(hash, bytes);
    return new Blob(hash, bytes.size());
  }

  @Override
  public Optional<Blob> find(ContentHash hash) {
    storage.requireOpen();
    return Optional.ofNullable(blobs.get(hash)).map(bytes -> new Blob(hash, bytes.size()));
  }

  @Override
  public Optional<InputStream> open(ContentHash hash, long offset) {
    storage.requireOpen();
    ByteString bytes = blobs.get(hash);
    if (bytes == null) {
      return Optional.empty();
    }
    BlobStore.requireOffset(offset, bytes.size());
    return Optional.of(bytes.substring((int) offset).newInput());
  }

  @Override
  public Page<Blob> list(Optional<ContentHash> after, int limit) {
    DocumentStore.requireLimit(limit);
    storage.requireOpen();
    return Pages.of(
        after.map(hash -> blobs.tailMap(hash, false)).orElse(blobs).entrySet().stream()
            .map(blob -> new Blob(blob.getKey(), blob.getValue().size())),
        limit);
  }

  @Override
  public boolean remove(ContentHash hash) {
    storage.requireOpen();
    return blobs.remove(hash) != null;
  }
}
