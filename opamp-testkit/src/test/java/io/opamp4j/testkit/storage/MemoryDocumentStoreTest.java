package io.opamp4j.testkit.storage;

final class MemoryDocumentStoreTest extends DocumentStoreContract {
  @Override
  protected StorageFixture fixture() {
    return MemoryFixture.create();
  }
}
