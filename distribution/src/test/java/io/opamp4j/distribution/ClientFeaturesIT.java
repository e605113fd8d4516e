package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.opamp4j.client.ClientBuilder;
import io.opamp4j.client.Descriptions;
import io.opamp4j.client.Healths;
import io.opamp4j.client.OpampClient;
import io.opamp4j.client.RemoteConfigResult;
import io.opamp4j.core.report.Section;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.ServerErrorResponse;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.server.CustomMessageHandler;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What our client can do, against the packaged server and over both transports. */
class ClientFeaturesIT {
  private static final int SERVER_LIMIT = 64 * 1024;
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
  private static final String CONFIGURATIONS = "/api/v1/configurations";

  @TempDir static Path folder;

  private static ServerProcess server;
  private static Rest rest;

  private final ClientEvents events = new ClientEvents();
  private OpampClient client;

  @BeforeAll
  static void start() throws IOException {
    Path withHandler = folder.resolve("server");
    PluginFolder.make(withHandler, CustomMessageHandler.class, EchoHandler.class);
    server =
        ServerProcess.jar(
                withHandler,
                folder,
                "--server.port=0",
                "--storage.type=memory",
                "--agents.max-received-message-size=" + SERVER_LIMIT)
            .start();
    rest = new Rest(server.url());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void stopClient() {
    client.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void whatTheAgentTellsIsShown(String scheme) {
    AvailableComponents components =
        AvailableComponents.newBuilder()
            .putComponents(
                "exporters",
                ComponentDetails.newBuilder()
                    .putSubComponentMap(
                        "otlp",
                        ComponentDetails.newBuilder()
                            .addMetadata(
                                KeyValue.newBuilder()
                                    .setKey("code.namespace")
                                    .setValue(
                                        AnyValue.newBuilder()
                                            .setStringValue("com.example." + scheme)))
                            .build())
                    .build())
            .build();
    start(
        builder(scheme)
            .health(
                Healths.whole(
                    START,
                    "up",
                    Map.of(
                        "otlp", Healths.running(START, "exporting"),
                        "batch", Healths.stopped("exited", "out of memory"))))
            .effectiveConfig(effective("receivers: {}"))
            .availableComponents(components));

    JsonNode agent =
        rest.awaitAgent(
            client.instanceUid(), "is shown with components", a -> a.hasNonNull("componentsHash"));
    assertThat(agent.at("/description/identifying/service.name").asText()).isEqualTo(scheme);
    assertThat(agent.at("/description/nonIdentifying/host.cpu.count").asInt()).isEqualTo(2);
    assertThat(agent.at("/health/healthy").asBoolean()).isFalse();
    assertThat(agent.at("/health/lastError").asText()).isEqualTo("batch: out of memory");
    assertThat(agent.at("/health/components/batch/startTime").isMissingNode())
        .as("HEALTH-02")
        .isTrue();
    assertThat(agent.at("/health/components/otlp/startTime").asText())
        .startsWith("2026-01-02T03:04:05");
    assertThat(agent.at("/effectiveConfig/files/a.yaml/body").asText()).isEqualTo("receivers: {}");
    String catalogue = "/api/v1/components/" + agent.get("componentsHash").asText();
    assertThat(
            rest.awaitFound(catalogue)
                .at("/components/exporters/components/otlp/metadata/code.namespace")
                .asText())
        .as("asked for by its own flag, COMP-04 and COMP-05")
        .isEqualTo("com.example." + scheme);

    client.setHealth(Healths.running(START, "well again"));
    rest.awaitAgent(
        client.instanceUid(),
        "is well again",
        a -> a.at("/health/status").asText().equals("well again"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void ordersReachTheApplicationAndRequestsTheirReply(String scheme) throws Exception {
    start(
        builder(scheme)
            .customCapabilities(List.of(EchoHandler.CAPABILITY))
            .onRestart(events::restartWanted));
    rest.awaitState(client.instanceUid(), "Connected");

    order(Map.of("type", "restart"));
    events.next(ClientEvents.RestartWanted.class);
    order(
        Map.of(
            "type", "custom",
            "capability", EchoHandler.CAPABILITY,
            "messageType", "pause",
            "text", "five minutes"));
    assertThat(events.next(CustomMessage.class)).isEqualTo(message("pause", "five minutes"));
    assertThat(events.drain(ClientEvents.RestartWanted.class)).as("once").isZero();

    assertThat(client.serverCustomCapabilities()).as("CUSTOM-04").contains(EchoHandler.CAPABILITY);
    CustomMessage reply =
        client
            .request(
                message("question", "how much?"),
                answer -> answer.getType().equals("echo of question"),
                Duration.ofSeconds(Waiting.SECONDS))
            .get(Waiting.SECONDS, TimeUnit.SECONDS);
    assertThat(reply.getData().toStringUtf8()).isEqualTo("how much?");
    assertThat(events.next(CustomMessage.class).getType())
        .as("what is no reply goes to the listener")
        .isEqualTo("noise");
  }

  @ParameterizedTest
  @CsvSource({"ws, 3", "ws, 200", "http, 3", "http, 200"})
  void aSectionTooLargeForTheServerIsLeftOutAndTheRestIsTold(String scheme, int timesTheLimit) {
    start(
        builder(scheme)
            .gzip(false)
            .health(Healths.running(START, "first"))
            .effectiveConfig(effective("x".repeat(timesTheLimit * SERVER_LIMIT))));

    assertThat(events.next(Section.class)).as("LIM-19").isEqualTo(Section.EFFECTIVE_CONFIG);
    rest.awaitState(client.instanceUid(), "Connected");
    events.drain(Object.class);
    client.setHealth(Healths.running(START, "second"));
    JsonNode agent =
        rest.awaitAgent(
            client.instanceUid(),
            "is heard of further",
            a -> a.at("/health/status").asText().equals("second"));
    assertThat(agent.at("/effectiveConfig/files/a.yaml").isMissingNode()).isTrue();
    assertThat(events.drain(ClientEvents.Lost.class)).as("no loop").isZero();

    client.setEffectiveConfig(effective("small again"));
    rest.awaitAgent(
        client.instanceUid(),
        "tells the section once it fits",
        a -> a.at("/effectiveConfig/files/a.yaml/body").asText().equals("small again"));
  }

  @Test
  void overHttpBothSidesCompressAndNumbersGrowByOne() throws Exception {
    BlockingQueue<String> offered = new LinkedBlockingQueue<>();
    String large = "receivers: {otlp: {}} # " + "padding ".repeat(4000);
    try (HttpTap tap = new HttpTap(server.port())) {
      client =
          builder("gzip", tap.endpoint())
              .effectiveConfig(effective(large))
              .remoteConfig(
                  offer -> {
                    offered.add(offer.files().get("a.yaml").getBody().toStringUtf8());
                    return RemoteConfigResult.applied();
                  })
              .build();
      client.start();
      rest.awaitState(client.instanceUid(), "Connected");
      rest.post(
          CONFIGURATIONS,
          Map.of(
              "name", "gzip",
              "selector", "service.name=gzip",
              "files", Map.of("a.yaml", Map.of("body", large))));

      assertThat(Waiting.take(offered, "the offer")).isEqualTo(large);
      JsonNode agent =
          rest.awaitAgent(
              client.instanceUid(),
              "has applied it",
              a -> a.at("/remoteConfigStatus/status").asText().equals("APPLIED"));
      assertThat(agent.at("/effectiveConfig/files/a.yaml/body").asText()).isEqualTo(large);
      assertThat(tap.passed())
          .as("HTTP-11")
          .anyMatch(passed -> passed.packed() && passed.request().hasEffectiveConfig());
      assertThat(tap.passed()).as("HTTP-15").anyMatch(HttpTap.Passed::answerPacked);
      for (int i = 0; i < tap.passed().size(); i++) {
        assertThat(tap.passed().get(i).request().getSequenceNum()).as("SEQ-01").isEqualTo(i);
      }
    }
  }

  @Test
  void whatTheServerCannotReadIsNotSentAgainAndTheRestGoesOn() throws Exception {
    try (HttpTap tap = new HttpTap(server.port())) {
      client = builder("spoilt", tap.endpoint()).health(Healths.running(START, "first")).build();
      client.start();
      rest.awaitState(client.instanceUid(), "Connected");

      tap.spoilNext();
      client.setHealth(Healths.running(START, "lost"));
      assertThat(events.next(ServerErrorResponse.class).getType())
          .as("E-08")
          .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_BadRequest);
      client.setHealth(Healths.running(START, "second"));
      rest.awaitAgent(
          client.instanceUid(),
          "is heard of further",
          a -> a.at("/health/status").asText().equals("second"));

      assertThat(tap.passed().stream().filter(passed -> passed.status() == 400).count())
          .as("ERR-05")
          .isEqualTo(1);
      assertThat(
              tap.passed().stream()
                  .filter(passed -> passed.request().getHealth().getStatus().equals("lost"))
                  .count())
          .as("ERR-05")
          .isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void aClientThatStopsTakesLeave(String scheme) {
    start(builder(scheme));
    rest.awaitState(client.instanceUid(), "Connected");

    client.close();

    assertThat(rest.awaitState(client.instanceUid(), "Disconnected").get("reason").asText())
        .as("CLOSE-01, E-41")
        .contains("the agent said goodbye");
  }

  private void start(ClientBuilder builder) {
    client = builder.build();
    client.start();
  }

  private ClientBuilder builder(String scheme) {
    return builder(scheme, URI.create(scheme + "://127.0.0.1:" + server.port() + "/v1/opamp"));
  }

  private ClientBuilder builder(String name, URI endpoint) {
    return OpampClient.builder(endpoint)
        .description(
            Descriptions.of(
                Map.of("service.name", name, "service.instance.id", "1"),
                Map.of("host.cpu.count", 2)))
        .heartbeatInterval(Duration.ofMillis(200))
        .backoff(new Backoff(Duration.ofMillis(50), 1.5, 0.5, Duration.ofMillis(500)))
        .listener(events);
  }

  private void order(Map<String, String> order) {
    rest.post("/api/v1/agents/" + client.instanceUid() + "/orders", order);
  }

  private static CustomMessage message(String type, String data) {
    return CustomMessage.newBuilder()
        .setCapability(EchoHandler.CAPABILITY)
        .setType(type)
        .setData(ByteString.copyFromUtf8(data))
        .build();
  }

  private static EffectiveConfig effective(String body) {
    return EffectiveConfig.newBuilder()
        .setConfigMap(
            AgentConfigMap.newBuilder()
                .putConfigMap(
                    "a.yaml",
                    AgentConfigFile.newBuilder().setBody(ByteString.copyFromUtf8(body)).build()))
        .build();
  }
}
