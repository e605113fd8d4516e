package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The way from one backend to another and back, as an operator goes it. */
class StorageCopyIT {
  @TempDir Path folder;

  @Test
  void aConfigurationMovesFromH2ToRedisAndBackWithItsVersion() {
    try (RedisProcess redis = RedisProcess.start(folder.resolve("redis"))) {
      Map<String, String> environment =
          Map.of(
              "OPAMP_STORAGE_REDIS_NODES", redis.node(),
              "OPAMP_STORAGE_H2_PATH", folder.resolve("first/opamp").toString());
      JsonNode written = writeTwice(environment);

      ServerProcess.Result there = copy("h2", "redis", environment);
      assertThat(there.exitCode()).as(there.err()).isZero();
      assertThat(there.out()).contains("documents of kind configuration: 1", "done");
      ServerProcess.Result again = copy("h2", "redis", environment);
      assertThat(again.exitCode()).isEqualTo(3);
      assertThat(again.err()).contains("the target is not empty");

      assertThat(read("redis", environment)).isEqualTo(written);

      Map<String, String> elsewhere =
          Map.of(
              "OPAMP_STORAGE_REDIS_NODES", redis.node(),
              "OPAMP_STORAGE_H2_PATH", folder.resolve("second/opamp").toString());
      ServerProcess.Result back = copy("redis", "h2", elsewhere);
      assertThat(back.exitCode()).as(back.err()).isZero();
      assertThat(read("h2", elsewhere)).isEqualTo(written);
    }
  }

  @Test
  void saysWhatIsWrongWithTheOrder() {
    ServerProcess.Result result = copy("h2", "postgres", Map.of());

    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.err()).contains("--to", "'postgres' is no installed storage backend", "h2");
  }

  private JsonNode writeTwice(Map<String, String> environment) {
    try (ServerProcess server = server("h2", environment)) {
      Rest rest = new Rest(server.url());
      rest.post("/api/v1/configurations", configuration("one"));
      rest.exchange(
          "PUT",
          "/api/v1/configurations/web",
          "{\"name\": \"web\", \"selector\": \"\", \"files\": {\"a.yaml\": {\"body\": \"two\"}}}",
          "Content-Type",
          "application/json",
          "If-Match",
          "\"1\"");
      JsonNode written = rest.get("/api/v1/configurations/web");
      assertThat(written.get("version").asInt()).isEqualTo(2);
      server.terminate();
      return written;
    }
  }

  private JsonNode read(String storage, Map<String, String> environment) {
    try (ServerProcess server = server(storage, environment)) {
      JsonNode read = new Rest(server.url()).get("/api/v1/configurations/web");
      server.terminate();
      return read;
    }
  }

  private ServerProcess server(String storage, Map<String, String> environment) {
    return ServerProcess.jar(folder, "--server.port=0", "--storage.type=" + storage)
        .with(environment)
        .start();
  }

  private ServerProcess.Result copy(String from, String to, Map<String, String> environment) {
    return ServerProcess.jar(folder, "storage", "copy", "--from", from, "--to", to)
        .with(environment)
        .run();
  }

  private static Map<String, Object> configuration(String body) {
    return Map.of("name", "web", "selector", "", "files", Map.of("a.yaml", Map.of("body", body)));
  }
}
