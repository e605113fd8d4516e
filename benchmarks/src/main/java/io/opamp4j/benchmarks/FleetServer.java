package io.opamp4j.benchmarks;

import io.opamp4j.server.OpampServer;
import io.opamp4j.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The whole server under measurement, with the defaults but for a free port, a folder of its own
 * for H2, and the rate at which agents are let in. Speaks with its parent as {@link Usage#report}
 * says.
 */
public final class FleetServer {
  private FleetServer() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory("opamp-benchmark");
    ServerConfig defaults = ServerConfig.defaults();
    ServerConfig config =
        new ServerConfig(
            new ServerConfig.Server("127.0.0.1", 0, Duration.ofSeconds(1)),
            defaults
                .agents()
                .with(new ServerConfig.Admission(100_000, 100_000, Duration.ofSeconds(30))),
            new ServerConfig.Storage("h2", Map.of("path", folder.resolve("opamp").toString())));
    try (OpampServer server = OpampServer.start(config)) {
      Usage.report(server.port(), () -> 0);
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(folder)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
