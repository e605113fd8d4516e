package io.opamp4j.storage;

import static java.util.Objects.requireNonNull;

/**
 * One configuration key of a backend.
 *
 * @param name the key below {@code storage.<backend>.}, in kebab case, such as {@code path}
 * @param defaultValue the value used when the key is absent; empty means "none"
 * @param description one line for {@code --help}
 * @param secret whether the value must be masked wherever it is shown
 */
public record StorageSetting(String name, String defaultValue, String description, boolean secret) {
  public StorageSetting {
    requireNonNull(name, "name");
    requireNonNull(defaultValue, "defaultValue");
    requireNonNull(description, "description");
  }

  /** A setting that may be shown. */
  public StorageSetting(String name, String defaultValue, String description) {
    this(name, defaultValue, description, false);
  }
}
