package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM to the started jar, with agents connected. */
class DrainIT {
  private static final int AGENTS = 40;
  private static final int GOING_AWAY = 1001;

  @TempDir Path folder;

  @Test
  void endsEverySocketProperlyStaysReadableMeanwhileAndForgetsNobody_D12_CLOSE_03()
      throws Exception {
    List<RawWebSocket> agents = new ArrayList<>();
    try (ServerProcess server =
        ServerProcess.jar(folder, "--server.port=0", "--server.drain-timeout=60s").start()) {
      Rest rest = new Rest(server.url());
      for (int i = 0; i < AGENTS; i++) {
        agents.add(connected(server.port(), new InstanceUid(1, i)));
      }
      CompletableFuture<ServerProcess.Result> ended =
          CompletableFuture.supplyAsync(server::terminate, task -> new Thread(task).start());

      // As long as one agent has not answered its Close frame, the port stays open.
      RawWebSocket last = agents.get(AGENTS - 1);
      assertThat(last.awaitClose()).isEqualTo(GOING_AWAY);
      HttpResponse<String> health = rest.exchange("GET", "/api/v1/health", null);
      HttpResponse<String> live = rest.exchange("GET", "/api/v1/health/live", null);
      HttpResponse<String> poll =
          rest.exchange("POST", "/v1/opamp", "", "Content-Type", "application/x-protobuf");
      JsonNode status = rest.get("/api/v1/status");
      for (RawWebSocket agent : agents) {
        assertThat(agent == last ? GOING_AWAY : agent.awaitClose()).isEqualTo(GOING_AWAY);
        agent.answerClose();
      }
      ServerProcess.Result result = ended.get(Waiting.SECONDS, TimeUnit.SECONDS);

      assertThat(health.statusCode()).as(health.body()).isEqualTo(503);
      assertThat(live.statusCode()).as(live.body()).isEqualTo(200);
      assertThat(poll.statusCode()).as(poll.body()).isEqualTo(503);
      assertThat(Long.parseLong(poll.headers().firstValue("Retry-After").orElseThrow()))
          .as("not before the drain is over, which may take a minute")
          .isBetween(60L, 90L);
      assertThat(status.at("/admission/draining").asBoolean()).isTrue();
      assertThat(result.exitCode()).as(result.err()).isEqualTo(143);
      assertThat(result.err()).doesNotContain("did not stop cleanly");

      try (ServerProcess again = server.restart()) {
        Rest restarted = new Rest(again.url());
        assertThat(restarted.get("/api/v1/status").at("/agents/byState/Disconnected").asInt())
            .isEqualTo(AGENTS);
      }
    } finally {
      for (RawWebSocket agent : agents) {
        agent.close();
      }
    }
  }

  private static RawWebSocket connected(int port, InstanceUid uid) throws IOException {
    RawWebSocket socket = new RawWebSocket(port);
    byte[] report =
        AgentToServer.newBuilder()
            .setInstanceUid(uid.toBytes())
            .setCapabilities(1)
            .setAgentDescription(AgentDescription.getDefaultInstance())
            .build()
            .toByteArray();
    byte[] message = new byte[report.length + 1];
    System.arraycopy(report, 0, message, 1, report.length);
    socket.send(RawWebSocket.masked(RawWebSocket.BINARY, message));
    assertThat(socket.answer().hasErrorResponse()).isFalse();
    return socket;
  }
}
