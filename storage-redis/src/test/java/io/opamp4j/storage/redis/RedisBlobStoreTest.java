package io.opamp4j.storage.redis;

import io.opamp4j.testkit.storage.BlobStoreContract;
import io.opamp4j.testkit.storage.StorageFixture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RedisBlobStoreTest {
  /** Redis keeps it in memory, which a machine for builds has not much of; the heap is smaller. */
  private static final long LARGE = 256L << 20;

  @Nested
  class Standalone extends BlobStoreContract {
    @RegisterExtension static final RedisUnderTest REDIS = RedisUnderTest.standalone();

    @Override
    protected StorageFixture fixture() {
      return REDIS.fixture();
    }

    @Override
    protected long largeBlobSize() {
      return LARGE;
    }
  }

  @Nested
  class Cluster extends BlobStoreContract {
    @RegisterExtension static final RedisUnderTest REDIS = RedisUnderTest.cluster();

    @Override
    protected StorageFixture fixture() {
      return REDIS.fixture();
    }

    @Override
    protected long largeBlobSize() {
      return LARGE;
    }
  }
}
