package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What REST has answered for is there after kill -9, which follows the answer at once. */
class KilledServerIT {
  private static final int ROUNDS = 5;
  private static final String PATH = "/api/v1/configurations";

  @TempDir Path folder;

  @ParameterizedTest
  @EnumSource(names = {"H2", "REDIS"})
  void everyConfigurationThatWasAnsweredSurvivesWithContentAndVersion(Backend backend) {
    Backend.Place storage = backend.at(folder);
    ServerProcess server =
        ServerProcess.jar(folder, "--server.port=0").with(storage.environment()).start();
    try (storage) {
      for (int round = 0; round < ROUNDS; round++) {
        Rest rest = new Rest(server.url());
        HttpResponse<String> created =
            rest.exchange("POST", PATH, body(round, 1), "Content-Type", "application/json");
        // Every other round the last answer before the end is that of a second version.
        HttpResponse<String> replaced =
            version(round) == 1
                ? null
                : rest.exchange(
                    "PUT",
                    PATH + "/" + name(round),
                    body(round, 2),
                    "Content-Type",
                    "application/json",
                    "If-Match",
                    "\"1\"");
        server.kill();

        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        if (replaced != null) {
          assertThat(replaced.statusCode()).as(replaced.body()).isEqualTo(200);
        }
        server = server.restart();
      }

      Rest rest = new Rest(server.url());
      assertThat(rest.get(PATH).get("items")).hasSize(ROUNDS);
      for (int round = 0; round < ROUNDS; round++) {
        JsonNode kept = rest.get(PATH + "/" + name(round));
        int version = version(round);
        assertThat(kept.get("version").asInt()).as(kept.toString()).isEqualTo(version);
        assertThat(kept.at("/files/a.yaml/body").asText()).isEqualTo(content(round, version));
        assertThat(kept.get("selector").asText()).isEqualTo("round=" + round);
      }
    } finally {
      server.close();
    }
  }

  private static int version(int round) {
    return round % 2 + 1;
  }

  private static String name(int round) {
    return "kept-" + round;
  }

  private static String content(int round, int version) {
    return "round " + round + " version " + version + " " + "x".repeat(20_000);
  }

  private static String body(int round, int version) {
    return "{\"name\": \"%s\", \"selector\": \"round=%d\", \"files\": {\"a.yaml\": {\"body\": \"%s\"}}}"
        .formatted(name(round), round, content(round, version));
  }
}
