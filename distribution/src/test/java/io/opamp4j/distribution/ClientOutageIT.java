package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.client.ClientBuilder;
import io.opamp4j.client.Descriptions;
import io.opamp4j.client.FileClientStore;
import io.opamp4j.client.Healths;
import io.opamp4j.client.OpampClient;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.ConnectionSettingsStatuses;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our client when the packaged server goes away or lays down how often it is to be heard. */
class ClientOutageIT {
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path folder;

  private final ClientEvents events = new ClientEvents();
  private ServerProcess server;
  private OpampClient client;

  @AfterEach
  void stop() {
    if (client != null) {
      client.close();
    }
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void afterAServerWasKilledTheClientIsThereAgainAsItIsNow(String scheme) throws Exception {
    server = ServerProcess.jar(folder, "--server.port=0").start();
    int port = server.port();
    try (HttpTap tap = new HttpTap(port)) {
      URI direct = URI.create("ws://127.0.0.1:" + port + "/v1/opamp");
      client =
          builder(scheme.equals("ws") ? direct : tap.endpoint())
              .store(new FileClientStore(folder.resolve("agent")))
              .heartbeatInterval(Duration.ofMillis(200))
              .build();
      client.start();
      InstanceUid uid = client.instanceUid();
      new Rest(server.url()).awaitState(uid, "Connected");

      server.kill();
      events.next(ClientEvents.Lost.class);
      client.setHealth(Healths.failing(START, "alone", "the server is gone"));
      client.setHealth(Healths.running(START, "changed meanwhile"));
      server = ServerProcess.jar(folder, "--server.port=" + port).start();

      JsonNode agent =
          new Rest(server.url())
              .awaitAgent(
                  uid,
                  "has told the latest, and what the server had not written down yet",
                  a ->
                      a.at("/health/status").asText().equals("changed meanwhile")
                          && a.at("/description/identifying/service.name")
                              .asText()
                              .equals("checkout"));
      assertThat(agent.get("state").asText()).isEqualTo("Connected");
      assertThat(client.instanceUid()).isEqualTo(uid);
      assertThat(new Rest(server.url()).agents()).containsOnlyKeys(uid.toString());
      for (int i = 0; i < tap.passed().size(); i++) {
        assertThat(tap.passed().get(i).request().getSequenceNum())
            .as("SEQ-01, as seen on the way over HTTP")
            .isEqualTo(i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void aDrainingServerSaysWhenToComeBackAndTheClientHeedsIt(String scheme) throws Exception {
    Duration drain = Duration.ofSeconds(60);
    server =
        ServerProcess.jar(
                folder,
                "--server.port=0",
                "--storage.type=memory",
                "--server.drain-timeout=" + drain.toSeconds() + "s")
            .start();
    // It does not answer its Close frame, so the server cannot end before we have looked.
    try (Talker.Socket lingerer = new Talker.Socket(new RawWebSocket(server.port()))) {
      lingerer.say(
          AgentToServer.newBuilder()
              .setInstanceUid(new InstanceUid(1, 1).toBytes())
              .setCapabilities(1)
              .setAgentDescription(AgentDescription.getDefaultInstance())
              .build());
      client =
          builder(URI.create(scheme + "://127.0.0.1:" + server.port() + "/v1/opamp"))
              .heartbeatInterval(Duration.ofMillis(200))
              .build();
      client.start();
      new Rest(server.url()).awaitState(client.instanceUid(), "Connected");

      CompletableFuture<ServerProcess.Result> ended =
          CompletableFuture.supplyAsync(server::terminate, task -> new Thread(task).start());
      ClientEvents.Lost lost = events.next(ClientEvents.Lost.class);
      if (scheme.equals("ws")) {
        assertThat(lost.loss().kind()).as("CLOSE-03").isEqualTo(LossKind.CLOSED);
      }
      while (lost.loss().retryAfter().isEmpty()) {
        lost = events.next(ClientEvents.Lost.class);
      }

      assertThat(lost.loss().kind()).isIn(LossKind.THROTTLED, LossKind.UNAVAILABLE);
      assertThat(lost.retryIn()).as("THROTTLE-08").isGreaterThanOrEqualTo(drain);
      assertThat(lost.retryIn()).isEqualTo(lost.loss().retryAfter().orElseThrow());
      assertThat(lingerer.socket().awaitClose()).isEqualTo(1001);
      lingerer.socket().answerClose();
      assertThat(ended.get(Waiting.SECONDS, TimeUnit.SECONDS).exitCode()).isEqualTo(128 + 15);
      assertThat(events.drain(ClientEvents.Lost.class)).as("no attempt before its time").isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void anOfferedIntervalIsTakenReportedAndKept(String scheme) {
    server = ServerProcess.jar(folder, "--server.port=0", "--storage.type=memory").start();
    int port = server.port();
    server.kill();
    URI endpoint = URI.create(scheme + "://127.0.0.1:" + port + "/v1/opamp");
    server =
        ServerProcess.jar(
                folder,
                "--server.port=" + port,
                "--storage.type=memory",
                "--agents.endpoint=" + endpoint,
                "--agents.heartbeat-interval=1s",
                "--agents.heartbeat-ttl=3s",
                "--agents.heartbeat-expiry-interval=1s")
            .start();
    Rest rest = new Rest(server.url());
    // On its own interval it would be lost long before it spoke again.
    client =
        builder(endpoint)
            .heartbeatInterval(Duration.ofMinutes(10))
            .acceptOpampSettings()
            .store(new FileClientStore(folder.resolve("agent")))
            .build();
    client.start();

    ConnectionSettingsStatus status = events.next(ConnectionSettingsStatus.class);
    while (status.getStatus() != ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED) {
      assertThat(status.getErrorMessage()).isEmpty();
      status = events.next(ConnectionSettingsStatus.class);
    }
    JsonNode first = rest.awaitState(client.instanceUid(), "Connected");
    Instant seen = Instant.parse(first.get("lastSeen").asText());
    rest.awaitAgent(
        client.instanceUid(),
        "is heard of for longer than the ttl",
        agent ->
            Instant.parse(agent.get("lastSeen").asText()).isAfter(seen.plus(Duration.ofSeconds(6)))
                && agent.get("state").asText().equals("Connected"));
    assertThat(rest.get("/api/v1/events?limit=1000&agent=" + client.instanceUid()).toString())
        .as("it was never silent")
        .doesNotContain("heartbeat", "silence", "no message for");
    assertThat(events.drain(ClientEvents.Lost.class)).isZero();
  }

  private ClientBuilder builder(URI endpoint) {
    return OpampClient.builder(endpoint)
        .description(
            Descriptions.of(
                Map.of("service.name", "checkout", "service.instance.id", "1"), Map.of()))
        .health(Healths.running(START, "ok"))
        .backoff(new Backoff(Duration.ofMillis(100), 1.5, 0.5, Duration.ofSeconds(1)))
        .listener(events);
  }
}
