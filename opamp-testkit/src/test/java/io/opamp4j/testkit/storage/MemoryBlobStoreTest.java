package io.opamp4j.testkit.storage;

final class MemoryBlobStoreTest extends BlobStoreContract {
  @Override
  protected StorageFixture fixture() {
    return MemoryFixture.create();
  }

  /** It is a memory. */
  @Override
  protected long largeBlobSize() {
    return 32L << 20;
  }
}
