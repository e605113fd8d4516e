package io.opamp4j.storage.redis;

import io.opamp4j.testkit.storage.AgentOwnershipContract;
import io.opamp4j.testkit.storage.StorageFixture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RedisAgentOwnershipTest {

  @Nested
  class Standalone extends AgentOwnershipContract {
    @RegisterExtension static final RedisUnderTest REDIS = RedisUnderTest.standalone();

    @Override
    protected StorageFixture fixture() {
      return REDIS.fixture();
    }
  }

  @Nested
  class Cluster extends AgentOwnershipContract {
    @RegisterExtension static final RedisUnderTest REDIS = RedisUnderTest.cluster();

    @Override
    protected StorageFixture fixture() {
      return REDIS.fixture();
    }
  }
}
