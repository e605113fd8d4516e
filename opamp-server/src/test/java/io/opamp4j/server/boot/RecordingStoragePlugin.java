package io.opamp4j.server.boot;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.util.Modules;
import io.opamp4j.storage.Storage;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.StorageOptions;
import io.opamp4j.storage.StoragePlugin;
import io.opamp4j.storage.StorageSetting;
import io.opamp4j.storage.memory.MemoryStoragePlugin;
import java.util.ArrayList;
import java.util.List;

/** The memory backend with a lifecycle that fails on request and tells what is done to it. */
public final class RecordingStoragePlugin implements StoragePlugin {
  @Override
  public String name() {
    return "recording";
  }

  @Override
  public List<StorageSetting> settings() {
    return List.of(
        new StorageSetting("fails", "never", "When to fail: never, opening or checking."),
        new StorageSetting("password", "", "Not used.", true));
  }

  @Override
  public Module module(StorageOptions options) {
    return Modules.override(new MemoryStoragePlugin().module(options))
        .with(new RecordingModule(options.text("fails"), new ArrayList<>()));
  }

  /** Binds only {@link Storage}, which is all that boot itself needs. */
  static final class RecordingModule extends AbstractModule {
    private final String fails;
    private final List<String> calls;

    RecordingModule(String fails, List<String> calls) {
      this.fails = fails;
      this.calls = calls;
    }

    @Provides
    @Singleton
    Storage storage() {
      if (fails.equals("opening")) {
        throw new StorageException("./data is locked by\nanother process", false, null);
      }
      calls.add("open");
      return new Storage() {
        @Override
        public String description() {
          return "recording";
        }

        @Override
        public Check check() {
          calls.add("check");
          return fails.equals("checking") ? Check.failed("disk full") : Check.OK;
        }

        @Override
        public void close() {
          calls.add("close");
        }
      };
    }
  }
}
