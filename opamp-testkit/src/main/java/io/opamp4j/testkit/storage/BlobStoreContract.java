package io.opamp4j.testkit.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.storage.BlobStore.Blob;
import io.opamp4j.storage.Page;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every {@link io.opamp4j.storage.BlobStore} must do. */
public abstract class BlobStoreContract extends StoreContract {
  private static final long SEED = 20261122;
  private static final int MEBIBYTE = 1 << 20;
  private static final ContentHash UNKNOWN = ContentHash.of(ByteString.copyFromUtf8("unknown"));

  @Test
  void findsNothingInAnEmptyStore() {
    assertThat(stores.blobs().find(UNKNOWN)).isEmpty();
    assertThat(stores.blobs().open(UNKNOWN, 0)).isEmpty();
    assertThat(stores.blobs().open(UNKNOWN, 1)).isEmpty();
    assertThat(stores.blobs().remove(UNKNOWN)).isFalse();
  }

  @Test
  void namesABlobByItsSha256() throws IOException {
    ContentHash expected =
        ContentHash.parse("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    Blob blob = put(ByteString.copyFromUtf8("abc"));

    assertThat(blob).isEqualTo(new Blob(expected, 3));
    assertThat(stores.blobs().find(expected)).contains(blob);
  }

  @Test
  void returnsContentOfAnySizeAsItWasPut() throws IOException {
    for (int size : new int[] {0, 1, 65_535, 65_536, 65_537, MEBIBYTE, 3 * MEBIBYTE + 1}) {
      Blob blob = stores.blobs().put(MadeStream.of(SEED, size));
      assertThat(blob.size()).isEqualTo(size);
      assertSameContent(blob.hash(), 0, size);
    }
  }

  @Test
  void streamsALargeBlobFromAnyOffset() throws IOException {
    long size = 64L * MEBIBYTE + 5;
    Blob blob = stores.blobs().put(MadeStream.of(SEED, size));

    assertThat(blob).isEqualTo(new Blob(hashOf(MadeStream.of(SEED, size)), size));
    for (long offset : new long[] {0, 1, size / 2, 64L * MEBIBYTE - 1, size - 1, size}) {
      assertSameContent(blob.hash(), offset, size);
    }
  }

  /**
   * The size of the blob of {@link #streamsABlobThatNoMemoryHolds}, in bytes. It shows what it is to
   * show when the tests run with a small heap.
   */
  protected long largeBlobSize() {
    return 1L << 30;
  }

  @Test
  void streamsABlobThatNoMemoryHolds() throws IOException {
    long size = largeBlobSize();
    MessageDigest digest = ContentHash.sha256();
    Blob blob = stores.blobs().put(new DigestInputStream(MadeStream.of(SEED, size), digest));

    ContentHash expected = new ContentHash(ByteString.copyFrom(digest.digest()));
    assertThat(blob).isEqualTo(new Blob(expected, size));
    try (InputStream content = stores.blobs().open(expected, 0).orElseThrow()) {
      assertThat(hashOf(content)).isEqualTo(expected);
    }
    assertThat(stores.blobs().remove(expected)).isTrue();
  }

  @Test
  void refusesAnOffsetOutsideTheBlob() throws IOException {
    ContentHash hash = put(ByteString.copyFromUtf8("abc")).hash();
    for (long offset : new long[] {-1, 4, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 32}) {
      assertThatThrownBy(() -> stores.blobs().open(hash, offset))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void leavesTheGivenStreamOpen() throws IOException {
    boolean[] closed = new boolean[1];
    InputStream content =
        new ByteArrayInputStream(new byte[10]) {
          @Override
          public void close() {
            closed[0] = true;
          }
        };
    stores.blobs().put(content);
    assertThat(closed[0]).isFalse();
  }

  @Test
  void anUploadWhoseStreamFailsLeavesNothing() throws IOException {
    for (long size : new long[] {0, 1, 3L * MEBIBYTE}) {
      assertThatThrownBy(() -> stores.blobs().put(MadeStream.failingAfter(SEED, size)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("as this test wants");
      assertThat(stores.blobs().find(hashOf(MadeStream.of(SEED, size)))).isEmpty();
    }
  }

  @Test
  void anUploadThatFailsDoesNotHarmTheSameBlobKeptBefore() throws IOException {
    Blob blob = stores.blobs().put(MadeStream.of(SEED, 1000));
    assertThatThrownBy(() -> stores.blobs().put(MadeStream.failingAfter(SEED, 1000)))
        .isInstanceOf(IOException.class);

    assertSameContent(blob.hash(), 0, 1000);
  }

  @Test
  void keepsTheSameContentOnce() throws IOException {
    Blob first = stores.blobs().put(MadeStream.of(SEED, 1000));
    Blob second = stores.blobs().put(MadeStream.of(SEED, 1000));

    assertThat(second).isEqualTo(first);
    assertThat(stores.blobs().remove(first.hash())).isTrue();
    assertThat(stores.blobs().find(first.hash())).isEmpty();
    assertThat(stores.blobs().remove(first.hash())).isFalse();
  }

  @Test
  void aRemovedBlobCanBePutAgain() throws IOException {
    Blob blob = stores.blobs().put(MadeStream.of(SEED, 1000));
    stores.blobs().remove(blob.hash());
    stores.blobs().put(MadeStream.of(SEED, 1000));

    assertSameContent(blob.hash(), 0, 1000);
  }

  @Test
  void manyMayPutTheSameAndOtherContentAtOnce() throws Exception {
    List<Blob> blobs =
        together(6, thread -> () -> stores.blobs().put(MadeStream.of(thread % 3, MEBIBYTE)));

    assertThat(new HashSet<>(blobs)).hasSize(3);
    for (int seed = 0; seed < 3; seed++) {
      try (InputStream content = stores.blobs().open(blobs.get(seed).hash(), 0).orElseThrow();
          InputStream expected = MadeStream.of(seed, MEBIBYTE)) {
        assertThat(content).hasSameContentAs(expected);
      }
    }
  }

  @Test
  void keepsEverythingOverAReopening() throws IOException {
    Blob kept = stores.blobs().put(MadeStream.of(SEED, 3L * MEBIBYTE));
    Blob removed = stores.blobs().put(MadeStream.of(SEED, 10));
    stores.blobs().remove(removed.hash());
    reopenDurable();

    assertSameContent(kept.hash(), 0, 3L * MEBIBYTE);
    assertThat(stores.blobs().find(removed.hash())).isEmpty();
  }

  @Test
  void listsBlobsInTheOrderOfTheirHashes() throws IOException {
    assertThat(stores.blobs().list(Optional.empty(), 10)).isEqualTo(new Page<>(List.of(), false));
    List<Blob> blobs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      blobs.add(put(ByteString.copyFromUtf8("blob " + i)));
    }
    stores.blobs().remove(blobs.remove(7).hash());
    blobs.sort(Comparator.comparing(blob -> blob.hash().toString()));

    for (int limit : new int[] {1, 6, 19, 20}) {
      List<Blob> listed = new ArrayList<>();
      Optional<ContentHash> after = Optional.empty();
      boolean more = true;
      while (more) {
        Page<Blob> page = stores.blobs().list(after, limit);
        listed.addAll(page.items());
        more = page.more();
        assertThat(page.items()).hasSizeLessThanOrEqualTo(limit).isNotEmpty();
        after = Optional.of(listed.get(listed.size() - 1).hash());
      }
      assertThat(listed).as("in pages of %d", limit).isEqualTo(blobs);
    }
    assertThatThrownBy(() -> stores.blobs().list(Optional.empty(), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void failsForGoodOnceClosed() {
    stores.storage().close();
    assertClosed(() -> stores.blobs().put(MadeStream.of(SEED, 10)));
    assertClosed(() -> stores.blobs().find(UNKNOWN));
    assertClosed(() -> stores.blobs().open(UNKNOWN, 0));
    assertClosed(() -> stores.blobs().remove(UNKNOWN));
    assertClosed(() -> stores.blobs().list(Optional.empty(), 1));
  }

  private Blob put(ByteString content) throws IOException {
    return stores.blobs().put(content.newInput());
  }

  private void assertSameContent(ContentHash hash, long offset, long size) throws IOException {
    assertThat(stores.blobs().find(hash)).contains(new Blob(hash, size));
    try (InputStream content = stores.blobs().open(hash, offset).orElseThrow()) {
      assertThat(hashOf(content))
          .as("the %d bytes from %d", size - offset, offset)
          .isEqualTo(hashOf(MadeStream.from(SEED, size, offset)));
    }
  }

  private static ContentHash hashOf(InputStream content) throws IOException {
    MessageDigest digest = ContentHash.sha256();
    new DigestInputStream(content, digest).transferTo(OutputStream.nullOutputStream());
    return new ContentHash(ByteString.copyFrom(digest.digest()));
  }
}
