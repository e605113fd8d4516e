package io.opamp4j.storage.h2;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.storage.BlobStore.Blob;
import io.opamp4j.testkit.storage.PluginFixture;
import io.opamp4j.testkit.storage.Stores;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;

/**
 * Puts a blob of zeros larger than its heap and reads it back. Arguments: the database's path, the
 * blob's size in bytes.
 */
final class StreamingProcess {
  private StreamingProcess() {}

  public static void main(String[] arguments) throws IOException {
    PluginFixture fixture =
        PluginFixture.durable(new H2StoragePlugin(), Map.of("path", arguments[0]));
    Stores stores = fixture.open();
    long size = Long.parseLong(arguments[1]);
    Blob blob = stores.blobs().put(new Zeros(size));
    MessageDigest digest = ContentHash.sha256();
    try (InputStream content = stores.blobs().open(blob.hash(), 0).orElseThrow()) {
      content.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
    }
    boolean same = blob.hash().equals(new ContentHash(ByteString.copyFrom(digest.digest())));
    ChildJvm.say(same ? "read back " + blob.size() : "read back something else");
    fixture.close();
  }

  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long size) {
      left = size;
    }

    @Override
    public int read() {
      return left-- > 0 ? 0 : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int n = (int) Math.min(left, length);
      Arrays.fill(target, offset, offset + n, (byte) 0);
      left -= n;
      return n == 0 ? -1 : n;
    }
  }
}
