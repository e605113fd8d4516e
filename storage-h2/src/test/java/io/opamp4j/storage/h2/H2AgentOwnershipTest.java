package io.opamp4j.storage.h2;

import io.opamp4j.testkit.storage.AgentOwnershipContract;
import io.opamp4j.testkit.storage.PluginFixture;
import io.opamp4j.testkit.storage.StorageFixture;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

final class H2AgentOwnershipTest extends AgentOwnershipContract {
  @TempDir Path directory;

  @Override
  protected StorageFixture fixture() {
    return PluginFixture.durable(
        new H2StoragePlugin(), Map.of("path", directory.resolve("opamp").toString()));
  }
}
