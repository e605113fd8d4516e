package io.opamp4j.testkit.storage;

final class MemoryStorageTest extends StorageContract {
  @Override
  protected StorageFixture fixture() {
    return MemoryFixture.create();
  }
}
