package io.opamp4j.storage.redis;

import io.opamp4j.testkit.storage.AgentStoreContract;
import io.opamp4j.testkit.storage.StorageFixture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RedisAgentStoreTest {

  @Nested
  class Standalone extends AgentStoreContract {
    @RegisterExtension static final RedisUnderTest REDIS = RedisUnderTest.standalone();

    @Override
    protected StorageFixture fixture() {
      return REDIS.fixture();
    }
  }

  @Nested
  class Cluster extends AgentStoreContract {
    @RegisterExtension static final RedisUnderTest REDIS = RedisUnderTest.cluster();

    @Override
    protected StorageFixture fixture() {
      return REDIS.fixture();
    }
  }
}
