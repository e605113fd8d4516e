package io.opamp4j.storage.memory;

import com.google.inject.Module;
import io.opamp4j.storage.StorageOptions;
import io.opamp4j.storage.StoragePlugin;
import io.opamp4j.storage.StorageSetting;
import java.util.List;

/** Selected by {@code storage.type: memory}; it has no settings. */
public final class MemoryStoragePlugin implements StoragePlugin {
  static final String NAME = "memory";

  /** For {@link java.util.ServiceLoader}. */
  public MemoryStoragePlugin() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<StorageSetting> settings() {
    return List.of();
  }

  /** Each injector made with the module has a store of its own, empty at first. */
  @Override
  public Module module(StorageOptions options) {
    return new MemoryModule();
  }
}
