package io.opamp4j.testkit.storage;

final class MemoryAgentSectionsTest extends AgentSectionsContract {
  @Override
  protected StorageFixture fixture() {
    return MemoryFixture.create();
  }
}
