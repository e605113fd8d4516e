package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.testkit.FakeAgent;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * How the packaged server offers configurations, over both transports. Each test has an agent and a
 * configuration of its own name.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(Backend.class)
class OfferIT {
  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final byte[] NO_TEXT = {0, (byte) 0xFF, (byte) 0x80, '\n'};

  @TempDir static Path folder;

  @Parameter Backend backend;

  private static Backend.Place storage;
  private static ServerProcess server;
  private static Rest rest;

  private final int number = NAMES.incrementAndGet();
  private final String name = "offer-" + number;
  private final InstanceUid uid = new InstanceUid(0x0190f5c27a3b7c11L, number);
  private final FakeAgent agent = new FakeAgent(uid, name, 0x1003);

  @BeforeParameterizedClassInvocation
  static void start(Backend backend) {
    storage = backend.at(folder.resolve(backend.name()));
    server =
        ServerProcess.jar(folder.resolve(backend.name()), "--server.port=0")
            .with(storage.environment())
            .start();
    rest = new Rest(server.url());
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    server.close();
    storage.close();
  }

  @ParameterizedTest
  @EnumSource
  void anOfferIsBytesUnderAnyNameWithItsHash(Talker.Over transport) throws IOException {
    try (Talker talker = transport.connect(server.port())) {
      assertThat(talker.say(agent.next()).hasRemoteConfig()).isFalse();
      create(
          Map.of(
              "", Map.of("bodyBase64", Base64.getEncoder().encodeToString(NO_TEXT)),
              "b.yaml", Map.of("body", "b: ü", "contentType", "text/yaml")));

      ServerToAgent offer = talker.hear(agent.next());

      assertThat(offer.getInstanceUid()).isEqualTo(uid.toBytes());
      assertThat(offer.getRemoteConfig().getConfig())
          .as("CFG-16, CFG-17, CFG-18")
          .isEqualTo(
              AgentConfigMap.newBuilder()
                  .putConfigMap(
                      "",
                      AgentConfigFile.newBuilder().setBody(ByteString.copyFrom(NO_TEXT)).build())
                  .putConfigMap(
                      "b.yaml",
                      AgentConfigFile.newBuilder()
                          .setBody(ByteString.copyFromUtf8("b: ü"))
                          .setContentType("text/yaml")
                          .build())
                  .build());
      ByteString hash = offer.getRemoteConfig().getConfigHash();
      assertThat(hash.size()).as("CFG-09, CFG-10: SHA-256").isEqualTo(32);

      agent.heard(offer);
      assertThat(talker.say(agent.applied()).hasRemoteConfig()).isFalse();
      replace(Map.of("b.yaml", Map.of("body", "b: u", "contentType", "text/yaml")));
      assertThat(talker.hear(agent.next()).getRemoteConfig().getConfigHash())
          .as("CFG-10")
          .isNotEqualTo(hash);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anOfferLastsUntilItsHashIsReported(Talker.Over transport) throws IOException {
    create(Map.of("a.yaml", Map.of("body", "a: 1")));
    try (Talker talker = transport.connect(server.port())) {
      ServerToAgent offer = talker.say(agent.next());
      assertThat(offer.hasRemoteConfig()).as("CFG-05: in an answer").isTrue();

      ServerToAgent again =
          talker.say(
              agent.next(
                  report ->
                      report.setRemoteConfigStatus(
                          RemoteConfigStatus.newBuilder()
                              .setLastRemoteConfigHash(ByteString.copyFromUtf8("another"))
                              .setStatus(RemoteConfigStatuses.RemoteConfigStatuses_APPLIED))));
      assertThat(again.getRemoteConfig())
          .as("CFG-06, CFG-07: the hash is another")
          .isEqualTo(offer.getRemoteConfig());

      agent.heard(again);
      assertThat(talker.say(agent.applying()).hasRemoteConfig()).as("CFG-08").isFalse();
      assertThat(talker.say(agent.next()).hasRemoteConfig()).as("CFG-08").isFalse();
      assertThat(talker.say(agent.applied()).hasRemoteConfig()).as("CFG-08").isFalse();
      assertThat(talker.say(agent.next()).hasRemoteConfig()).as("CFG-08").isFalse();
      talker.expectNothingMore();
      rest.awaitState(uid, "Connected");
    }
  }

  @ParameterizedTest
  @EnumSource
  void nothingIsOfferedToAnAgentThatDroppedTheCapability(Talker.Over transport) throws IOException {
    try (Talker talker = transport.connect(server.port())) {
      talker.say(agent.next());
      AgentToServer dropped = agent.next().toBuilder().setCapabilities(0x1).build();
      talker.say(dropped);
      create(Map.of("a.yaml", Map.of("body", "a: 1")));
      rest.awaitAgent(uid, "has the target", shown -> shown.has("target"));

      AgentToServer heartbeat = agent.next().toBuilder().setCapabilities(0x1).build();
      assertThat(talker.say(heartbeat).hasRemoteConfig()).as("CAP-05, CAP-11, CFG-02").isFalse();
      talker.expectNothingMore();

      assertThat(talker.say(agent.next()).hasRemoteConfig())
          .as("CAP-05: it takes configurations again")
          .isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyEditsWhileAnAgentIsAwayAreOneOffer(Talker.Over transport) throws IOException {
    try (Talker talker = transport.connect(server.port())) {
      talker.say(agent.next());
      talker.say(agent.goodbye());
    }
    rest.awaitState(uid, "Disconnected");
    create(Map.of("a.yaml", Map.of("body", "a: 0")));
    for (int edit = 1; edit <= 5; edit++) {
      replace(Map.of("a.yaml", Map.of("body", "a: " + edit)));
    }

    try (Talker talker = transport.connect(server.port())) {
      ServerToAgent offer = talker.say(agent.next());
      assertThat(body(offer.getRemoteConfig())).isEqualTo("a: 5");
      agent.heard(offer);
      assertThat(talker.say(agent.applied()).hasRemoteConfig()).isFalse();
      assertThat(talker.say(agent.next()).hasRemoteConfig()).isFalse();
      talker.expectNothingMore();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConfigurationWithoutFilesIsAnEmptyMap(Talker.Over transport) throws IOException {
    create(Map.of());
    try (Talker talker = transport.connect(server.port())) {
      AgentRemoteConfig offer = talker.say(agent.next()).getRemoteConfig();

      assertThat(offer.hasConfig()).as("E-51: empty, not missing").isTrue();
      assertThat(offer.getConfig().getConfigMapMap()).isEmpty();
      assertThat(offer.getConfigHash().size()).isEqualTo(32);
    }
  }

  @Test
  void aFileNamedTwiceIsRefused() {
    HttpResponse<String> refused =
        rest.exchange(
            "POST",
            "/api/v1/configurations",
            "{\"name\": \"%s\", \"selector\": \"\", \"files\": {\"a\": {\"body\": \"1\"}, \"a\": {\"body\": \"2\"}}}"
                .formatted(name),
            "Content-Type",
            "application/json");

    assertThat(refused.statusCode()).isEqualTo(400);
    assertThat(rest.exchange("GET", "/api/v1/configurations/" + name, null).statusCode())
        .isEqualTo(404);
  }

  private void create(Map<String, ?> files) {
    rest.post("/api/v1/configurations", configuration(files));
  }

  private void replace(Map<String, ?> files) {
    rest.put("/api/v1/configurations/" + name, configuration(files));
  }

  private Map<String, Object> configuration(Map<String, ?> files) {
    return Map.of("name", name, "selector", "service.name=" + name, "files", files);
  }

  private static String body(AgentRemoteConfig offer) {
    return offer.getConfig().getConfigMapOrThrow("a.yaml").getBody().toStringUtf8();
  }
}
