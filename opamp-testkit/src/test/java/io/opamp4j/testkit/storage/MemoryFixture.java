package io.opamp4j.testkit.storage;

import io.opamp4j.storage.memory.MemoryStoragePlugin;
import java.util.Map;

final class MemoryFixture {
  private MemoryFixture() {}

  static StorageFixture create() {
    return PluginFixture.notDurable(
        new MemoryStoragePlugin(), Map.of(), "the memory store lives on the heap of one process");
  }
}
