package io.opamp4j.testkit.storage;

final class MemoryAgentStoreTest extends AgentStoreContract {
  @Override
  protected StorageFixture fixture() {
    return MemoryFixture.create();
  }
}
