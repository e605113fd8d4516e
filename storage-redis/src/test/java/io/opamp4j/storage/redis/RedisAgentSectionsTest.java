package io.opamp4j.storage.redis;

import io.opamp4j.testkit.storage.AgentSectionsContract;
import io.opamp4j.testkit.storage.StorageFixture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;

final class RedisAgentSectionsTest {

  @Nested
  class Standalone extends AgentSectionsContract {
    @RegisterExtension static final RedisUnderTest REDIS = RedisUnderTest.standalone();

    @Override
    protected StorageFixture fixture() {
      return REDIS.fixture();
    }
  }

  @Nested
  class Cluster extends AgentSectionsContract {
    @RegisterExtension static final RedisUnderTest REDIS = RedisUnderTest.cluster();

    @Override
    protected StorageFixture fixture() {
      return REDIS.fixture();
    }
  }
}
