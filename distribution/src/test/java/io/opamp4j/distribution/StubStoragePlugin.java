package io.opamp4j.distribution;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import com.google.inject.util.Modules;
import io.opamp4j.storage.Storage;
import io.opamp4j.storage.StorageOptions;
import io.opamp4j.storage.StoragePlugin;
import io.opamp4j.storage.StorageSetting;
import io.opamp4j.storage.memory.MemoryStoragePlugin;
import java.util.List;

/**
 * A third party's backend, packed into a jar by {@link PluginIT}: the memory backend with a
 * lifecycle that says on standard output what happens to it.
 */
public final class StubStoragePlugin implements StoragePlugin {
  @Override
  public String name() {
    return "stub";
  }

  @Override
  public List<StorageSetting> settings() {
    return List.of(new StorageSetting("greeting", "hello", "What it says when it opens."));
  }

  @Override
  public Module module(StorageOptions options) {
    return Modules.override(new MemoryStoragePlugin().module(options))
        .with(new StubModule(options.text("greeting")));
  }

  static final class StubModule extends AbstractModule {
    private final String greeting;

    StubModule(String greeting) {
      this.greeting = greeting;
    }

    @Provides
    @Singleton
    Storage storage() {
      System.out.println("stub opened: " + greeting);
      return new StubStorage();
    }
  }

  static final class StubStorage implements Storage {
    @Override
    public String description() {
      return "stub";
    }

    @Override
    public Check check() {
      System.out.println("stub checked");
      return Check.OK;
    }

    @Override
    public void close() {
      System.out.println("stub closed");
    }
  }
}
