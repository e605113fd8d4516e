package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.core.InstanceUid;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The storage has no room for a while. */
class FullStorageIT {
  private static final String CONFIGURATION =
      "{\"name\": \"web\", \"selector\": \"\", \"files\": {\"a.yaml\": {\"body\": \"a: 1\"}}}";

  @TempDir Path folder;

  @Test
  void operatorsAreToldAndAgentsStayConnectedUntilThereIsRoomAgain() {
    try (RedisProcess redis = RedisProcess.start(folder.resolve("redis"));
        ServerProcess server =
            ServerProcess.jar(folder, "--server.port=0", "--storage.type=redis")
                .with(Map.of("OPAMP_STORAGE_REDIS_NODES", redis.node()))
                .start()) {
      Rest rest = new Rest(server.url());
      URI endpoint = URI.create("ws://127.0.0.1:" + server.port() + "/v1/opamp");
      try (PeerAgent early = new OwnAgent(endpoint)) {
        InstanceUid uid = early.uid();
        rest.awaitState(uid, "Connected");

        redis.set("maxmemory", "1");
        HttpResponse<String> refused = write(rest);
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(507);
        assertThat(Rest.json(refused).get("type").asText()).endsWith(":storage-full");
        HttpResponse<String> health = rest.exchange("GET", "/api/v1/health", null);
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(health.body()).contains("Redis is full");
        JsonNode agent = rest.get("/api/v1/agents/" + uid);
        assertThat(agent.get("state").asText()).isEqualTo("Connected");
        try (PeerAgent late = new OwnAgent(endpoint)) {
          rest.awaitState(late.uid(), "Connected");
        }

        redis.set("maxmemory", "0");
        HttpResponse<String> taken = write(rest);
        assertThat(taken.statusCode()).as(taken.body()).isEqualTo(201);
        assertThat(early.takeOffer()).isEqualTo("a: 1");
        assertThat(rest.exchange("GET", "/api/v1/health", null).statusCode()).isEqualTo(200);
      }
      server.terminate();
    }
  }

  private static HttpResponse<String> write(Rest rest) {
    return rest.exchange(
        "POST", "/api/v1/configurations", CONFIGURATION, "Content-Type", "application/json");
  }
}
