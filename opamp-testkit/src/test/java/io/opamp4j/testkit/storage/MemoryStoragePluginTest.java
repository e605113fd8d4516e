package io.opamp4j.testkit.storage;

import io.opamp4j.storage.StoragePlugin;
import io.opamp4j.storage.memory.MemoryStoragePlugin;
import java.util.Map;

final class MemoryStoragePluginTest extends StoragePluginContract {
  @Override
  protected StoragePlugin plugin() {
    return new MemoryStoragePlugin();
  }

  @Override
  protected Map<String, String> settings() {
    return Map.of();
  }
}
