package io.opamp4j.server.config;

import com.google.inject.Module;
import io.opamp4j.storage.StorageOptions;
import io.opamp4j.storage.StoragePlugin;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The values of one backend's keys, as that backend reads them. */
final class StorageValues implements StorageOptions {
  private final String backend;
  private final Map<String, Setting<String>> settings = new HashMap<>();
  private final RawValues values;
  private final ConfigProblems problems;

  private StorageValues(StoragePlugin plugin, RawValues values, ConfigProblems problems) {
    this.backend = plugin.name();
    this.values = values;
    this.problems = problems;
    for (Setting<String> setting : SettingTable.storageSettings(plugin)) {
      settings.put(setting.key(), setting);
    }
  }

  /**
   * Asks the backend for its module. What it finds wrong is added to the problems; a backend that
   * throws is a problem too, because third parties write them.
   */
  static Optional<Module> module(StoragePlugin plugin, RawValues values, ConfigProblems problems) {
    try {
      return Optional.of(plugin.module(new StorageValues(plugin, values, problems)));
    } catch (RuntimeException | LinkageError e) {
      problems.add(
          "storage plug-ins",
          "backend '" + plugin.name() + "' failed while it read its configuration: " + e);
      return Optional.empty();
    }
  }

  @Override
  public String text(String name) {
    return values.get(setting(name)).text();
  }

  @Override
  public int integer(String name, int min, int max) {
    return read(name, ValueParsers.integer(min, max), min);
  }

  @Override
  public Duration duration(String name, Duration min, Duration max) {
    return read(name, ValueParsers.duration(min, max), min);
  }

  @Override
  public boolean flag(String name) {
    return read(name, ValueParsers.flag(), false);
  }

  @Override
  public void problem(String name, String message) {
    Setting<String> setting = setting(name);
    RawValues.RawValue raw = values.get(setting);
    String text =
        setting.secret() && !raw.text().isEmpty()
            ? message.replace(raw.text(), EffectiveValue.MASK)
            : message;
    problems.add(raw.place(), setting.key() + " " + EffectiveValue.withoutCredentials(text));
  }

  /**
   * @param stopgap what to go on with when neither the value nor the default can be used
   */
  private <T> T read(String name, ValueParser<T> parser, T stopgap) {
    Setting<String> setting = setting(name);
    try {
      return parser.parse(values.get(setting).text());
    } catch (InvalidValueException e) {
      problem(name, e.getMessage());
    }
    try {
      return parser.parse(setting.defaultText());
    } catch (InvalidValueException e) {
      return stopgap; // A key without a usable default; its absence is reported above.
    }
  }

  private Setting<String> setting(String name) {
    Setting<String> setting = settings.get("storage." + backend + "." + name);
    if (setting == null) {
      throw new IllegalArgumentException(
          "backend '" + backend + "' reads the key '" + name + "', which it does not declare");
    }
    return setting;
  }
}
