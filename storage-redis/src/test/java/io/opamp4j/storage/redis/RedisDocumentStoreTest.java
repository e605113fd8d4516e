package io.opamp4j.storage.redis;

import io.opamp4j.testkit.storage.DocumentStoreContract;
import io.opamp4j.testkit.storage.StorageFixture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RedisDocumentStoreTest {

  @Nested
  class Standalone extends DocumentStoreContract {
    @RegisterExtension static final RedisUnderTest REDIS = RedisUnderTest.standalone();

    @Override
    protected StorageFixture fixture() {
      return REDIS.fixture();
    }
  }

  @Nested
  class Cluster extends DocumentStoreContract {
    @RegisterExtension static final RedisUnderTest REDIS = RedisUnderTest.cluster();

    @Override
    protected StorageFixture fixture() {
      return REDIS.fixture();
    }
  }
}
