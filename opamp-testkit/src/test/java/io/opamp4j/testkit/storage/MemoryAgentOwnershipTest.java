package io.opamp4j.testkit.storage;

final class MemoryAgentOwnershipTest extends AgentOwnershipContract {
  @Override
  protected StorageFixture fixture() {
    return MemoryFixture.create();
  }
}
