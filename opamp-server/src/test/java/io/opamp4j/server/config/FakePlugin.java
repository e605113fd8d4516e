package io.opamp4j.server.config;

import com.google.inject.Module;
import io.opamp4j.storage.StorageOptions;
import io.opamp4j.storage.StoragePlugin;
import io.opamp4j.storage.StorageSetting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A backend that reads one key of each kind and remembers what it read. */
final class FakePlugin implements StoragePlugin {
  private final String name;
  final List<Object> read = new ArrayList<>();

  FakePlugin(String name) {
    this.name = name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<StorageSetting> settings() {
    return List.of(
        new StorageSetting("path", "./data/" + name, "Where the file is."),
        new StorageSetting("password", "", "Opens the file.", true),
        new StorageSetting("pool-size", "4", "Connections."),
        new StorageSetting("timeout", "5s", "Longest wait."),
        new StorageSetting("read-only", "false", "Whether to write."));
  }

  @Override
  public Module module(StorageOptions options) {
    read.clear();
    read.add(options.text("path"));
    read.add(options.text("password"));
    read.add(options.integer("pool-size", 1, 100));
    read.add(options.duration("timeout", Duration.ofMillis(1), Duration.ofMinutes(1)));
    read.add(options.flag("read-only"));
    if (options.text("password").equals("hunter2")) {
      options.problem("password", "is too easy: hunter2");
    }
    return binder -> {};
  }
}
