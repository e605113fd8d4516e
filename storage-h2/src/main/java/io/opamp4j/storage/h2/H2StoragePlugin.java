package io.opamp4j.storage.h2;

import com.google.inject.Module;
import io.opamp4j.storage.StorageOptions;
import io.opamp4j.storage.StoragePlugin;
import io.opamp4j.storage.StorageSetting;
import java.util.List;

/**
 * Selected by {@code storage.type: h2}. Opening fails with a {@link
 * io.opamp4j.storage.StorageException} that is not retryable when the database is in use, damaged,
 * of a newer schema or in a place that cannot be written.
 */
public final class H2StoragePlugin implements StoragePlugin {
  static final String NAME = "h2";

  /** For {@link java.util.ServiceLoader}. */
  public H2StoragePlugin() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<StorageSetting> settings() {
    return H2Settings.DECLARED;
  }

  @Override
  public Module module(StorageOptions options) {
    return new H2Module(H2Settings.from(options));
  }
}
