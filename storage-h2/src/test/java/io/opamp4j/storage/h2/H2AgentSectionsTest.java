package io.opamp4j.storage.h2;

import io.opamp4j.testkit.storage.AgentSectionsContract;
import io.opamp4j.testkit.storage.PluginFixture;
import io.opamp4j.testkit.storage.StorageFixture;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

final class H2AgentSectionsTest extends AgentSectionsContract {
  @TempDir Path directory;

  @Override
  protected StorageFixture fixture() {
    return PluginFixture.durable(
        new H2StoragePlugin(), Map.of("path", directory.resolve("opamp").toString()));
  }
}
