package io.opamp4j.testkit.storage;

final class MemoryChangeFeedTest extends ChangeFeedContract {
  @Override
  protected StorageFixture fixture() {
    return MemoryFixture.create();
  }
}
