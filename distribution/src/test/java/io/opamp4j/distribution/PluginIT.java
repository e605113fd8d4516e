package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.storage.StoragePlugin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend of a third party's, dropped into {@code plugins/} of a copy of the folder. */
class PluginIT {
  @TempDir Path temporary;

  private Path folder;

  @BeforeEach
  void unpackWithPlugin() throws IOException {
    folder = temporary.resolve("a folder with spaces");
    PluginFolder.make(
        folder,
        StoragePlugin.class,
        StubStoragePlugin.class,
        StubStoragePlugin.StubModule.class,
        StubStoragePlugin.StubStorage.class);
  }

  @Test
  void isFoundListedAndConfigured() {
    ServerProcess.Result help = ServerProcess.jar(folder, temporary, "--help").run();
    assertThat(help.out()).contains("OPAMP_STORAGE_STUB_GREETING");

    ServerProcess.Result check =
        ServerProcess.jar(
                folder,
                temporary,
                "--check-config",
                "--storage.type=stub",
                "--storage.stub.greeting=hi")
            .run();
    assertThat(check.exitCode()).as(check.err()).isZero();
    assertThat(check.out())
        .containsPattern("storage.stub.greeting: +hi +# --storage.stub.greeting")
        .doesNotContain("stub opened");
  }

  @Test
  void isOpenedAtTheStartAndClosedOnSigterm() {
    try (ServerProcess server =
        ServerProcess.jar(
                folder,
                temporary,
                "--storage.type=stub",
                "--server.host=127.0.0.1",
                "--server.port=0")
            .start()) {
      server.awaitOut(Pattern.compile("stub opened: hello"));
      server.awaitErr(Pattern.compile("opamp-server has started"));
      ServerProcess.Result result = server.terminate();

      assertThat(result.out()).contains("stub checked").endsWith("stub closed\n");
      assertThat(result.exitCode()).as("the JVM's code for SIGTERM").isEqualTo(128 + 15);
    }
  }
}
