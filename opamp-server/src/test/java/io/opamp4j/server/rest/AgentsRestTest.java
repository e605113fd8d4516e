package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.ConfigurationsRestTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentStatus;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.ComponentHealth;
import io.opamp4j.proto.CustomCapabilities;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageStatusEnum;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.agents.Connection;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.Pin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AgentsRestTest {
  private static final String PATH = "/api/v1/agents";
  private static final InstanceUid UID = InstanceUid.parse("01939b00-0000-7000-8000-000000000001");

  private static RestFixture rest;

  @BeforeAll
  static void open() {
    rest = new RestFixture();
  }

  @BeforeEach
  void clear() {
    rest.clear();
  }

  @AfterAll
  static void close() {
    rest.close();
  }

  @Test
  void showsEverythingAnAgentReported() {
    rest.agents.put(UID, full());

    JsonNode agent = rest.get(PATH + "/" + UID).json();

    assertThat(agent.path("instanceUid").asText()).isEqualTo(UID.toString());
    assertThat(agent.path("state").asText()).isEqualTo("Configuring");
    assertThat(agent.path("reason").asText()).isEqualTo("config offered");
    assertThat(agent.path("stateSince").asText()).isEqualTo("2026-11-22T10:00:00Z");
    assertThat(agent.at("/description/identifying/service.name").asText()).isEqualTo("col");
    assertThat(agent.at("/description/nonIdentifying/cpus").isInt()).isTrue();
    assertThat(agent.path("labels").toString())
        .isEqualTo("{\"cpus\":\"8\",\"env\":\"prod\",\"service.name\":\"col\"}");
    assertThat(agent.path("operatorLabels").toString()).isEqualTo("{\"env\":\"prod\"}");
    assertThat(agent.path("capabilities").toString())
        .isEqualTo("[\"ReportsStatus\",\"AcceptsRemoteConfig\",\"0x100000000\"]");
    assertThat(agent.path("customCapabilities").toString()).isEqualTo("[\"com.example.x\"]");
    assertThat(agent.at("/health/healthy").asBoolean()).isFalse();
    assertThat(agent.at("/health/startTime").asText()).isEqualTo("1970-01-01T00:00:01.500Z");
    assertThat(agent.at("/health/components/otlp/lastError").asText()).isEqualTo("refused");
    assertThat(agent.at("/effectiveConfig/files/a/body").asText()).isEqualTo("x: ü");
    assertThat(agent.at("/effectiveConfig/files/b/bodyBase64").asText()).isEqualTo("/w==");
    assertThat(agent.at("/remoteConfigStatus").toString())
        .isEqualTo("{\"hash\":\"0aff\",\"status\":\"FAILED\",\"errorMessage\":\"no\"}");
    assertThat(agent.at("/target").toString())
        .isEqualTo("{\"configuration\":\"web\",\"version\":3,\"hash\":\"0102\"}");
    assertThat(agent.at("/packages/0/name").asText()).isEqualTo("agent");
    assertThat(agent.at("/packages/0/status").asText()).isEqualTo("InstallFailed");
    assertThat(agent.path("transport").asText()).isEqualTo("websocket");
    assertThat(agent.path("remoteAddress").asText()).isEqualTo("192.0.2.1:5555");
    assertThat(agent.path("firstSeen").asText()).isEqualTo("2026-11-22T09:59:00Z");
    assertThat(agent.path("lastSeen").asText()).isEqualTo("2026-11-22T10:00:00Z");
  }

  @Test
  void leavesOutWhatAnAgentNeverSaid() {
    AgentView bare = agent(UID, ConnectionState.DISCONNECTED, Map.of());
    rest.agents.put(UID, bare);

    JsonNode agent = rest.get(PATH + "/" + UID).json();

    assertThat(agent.path("state").asText()).isEqualTo("Disconnected");
    for (String absent :
        List.of(
            "health",
            "effectiveConfig",
            "remoteConfigStatus",
            "target",
            "transport",
            "remoteAddress")) {
      assertThat(agent.has(absent)).as(absent).isFalse();
    }
    assertThat(agent.path("packages").isEmpty()).isTrue();
  }

  @Test
  void anUnknownAgentIsNotFoundAndAMalformedUidIsNamed() {
    assertProblem(rest.get(PATH + "/" + UID), 404, "not-found");
    RestFixture.Answer malformed = rest.get(PATH + "/1-2-3-4-5");
    assertProblem(malformed, 400, "invalid-request");
    assertThat(malformed.errors()).containsExactly("uid: must be a UUID of 36 characters");
  }

  @Test
  void pagesThroughAllAgentsOnceAndInOrder() {
    for (int i = 0; i < 25; i++) {
      InstanceUid uid = new InstanceUid(i % 2 == 0 ? i : -i, 7);
      rest.agents.put(uid, agent(uid, ConnectionState.CONNECTED, Map.of()));
    }
    List<String> seen = new ArrayList<>();
    String cursor = "";
    int pages = 0;
    do {
      JsonNode page = rest.get(PATH + "?limit=10" + cursor).json();
      page.path("items").forEach(item -> seen.add(item.path("instanceUid").asText()));
      cursor = page.has("nextCursor") ? "&cursor=" + page.path("nextCursor").asText() : null;
      pages++;
    } while (cursor != null && pages < 10);

    assertThat(pages).isEqualTo(3);
    assertThat(seen)
        .containsExactlyElementsOf(
            rest.agents.keySet().stream().map(InstanceUid::toString).toList());
    assertThat(rest.get(PATH + "?limit=25").json().has("nextCursor")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // query | uids that remain (their last part)
        "''|1,2,3",
        "state=Connected|1,3",
        "state=connected&state=ERROR|1,2,3",
        "state=Pending|",
        "selector=env%3Dprod|1,2",
        "selector=env%20in%20(prod)%2C!canary|1",
        "selector=|1,2,3",
        "selector=env%3Dprod&state=Error|2",
      })
  void filters(String query, String expected) {
    put(1, ConnectionState.CONNECTED, Map.of("env", "prod"));
    put(2, ConnectionState.ERROR, Map.of("env", "prod", "canary", ""));
    put(3, ConnectionState.CONNECTED, Map.of());

    JsonNode page = rest.get(PATH + "?" + query).json();

    assertThat(
            page.path("items")
                .valueStream()
                .map(item -> item.path("instanceUid").asText().substring(35))
                .toList())
        .isEqualTo(expected == null ? List.of() : List.of(expected.split(",", 0)));
  }

  @Test
  void namesEveryWrongParameterAtOnce() {
    RestFixture.Answer answer = rest.get(PATH + "?limit=0&cursor=x&state=Broken&selector=a%20b");

    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.errors())
        .extracting(error -> error.substring(0, error.indexOf(':')))
        .containsExactly("limit", "cursor", "state", "selector");
    assertThat(answer.json().at("/errors/3/column").asInt()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource({"0", "1001", "-1", "ten", "1e2", "99999999999", "''"})
  void limitsAreBounded(String limit) {
    assertProblem(rest.get(PATH + "?limit=" + limit), 400, "invalid-request");
  }

  @Test
  void aMisspeltParameterIsRefused() {
    RestFixture.Answer answer = rest.get(PATH + "?stat=Connected");

    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.errors())
        .containsExactly(
            "stat: is not known; known are configuration, count, cursor, health, limit, node, q,"
                + " selector, sort, state, version");
  }

  private void put(int n, ConnectionState state, Map<String, String> labels) {
    InstanceUid uid = new InstanceUid(1, n);
    rest.agents.put(uid, agent(uid, state, labels));
  }

  private static AgentView agent(
      InstanceUid uid, ConnectionState state, Map<String, String> labels) {
    return new AgentView(
        uid,
        new AgentStatus(state, "for the test"),
        RestFixture.NOW,
        AgentToServer.getDefaultInstance(),
        AgentNote.ofLabels(labels),
        Target.NONE,
        RestFixture.NOW,
        RestFixture.NOW,
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static AgentView full() {
    AgentToServer report =
        AgentToServer.newBuilder()
            .setCapabilities(0x1_0000_0003L)
            .setAgentDescription(
                AgentDescription.newBuilder()
                    .addIdentifyingAttributes(
                        KeyValue.newBuilder()
                            .setKey("service.name")
                            .setValue(AnyValue.newBuilder().setStringValue("col")))
                    .addNonIdentifyingAttributes(
                        KeyValue.newBuilder()
                            .setKey("cpus")
                            .setValue(AnyValue.newBuilder().setIntValue(8))))
            .setCustomCapabilities(CustomCapabilities.newBuilder().addCapabilities("com.example.x"))
            .setHealth(
                ComponentHealth.newBuilder()
                    .setStartTimeUnixNano(1_500_000_000L)
                    .putComponentHealthMap(
                        "otlp", ComponentHealth.newBuilder().setLastError("refused").build()))
            .setEffectiveConfig(
                EffectiveConfig.newBuilder()
                    .setConfigMap(
                        AgentConfigMap.newBuilder()
                            .putConfigMap(
                                "a",
                                AgentConfigFile.newBuilder()
                                    .setBody(ByteString.copyFromUtf8("x: ü"))
                                    .build())
                            .putConfigMap(
                                "b",
                                AgentConfigFile.newBuilder()
                                    .setBody(ByteString.fromHex("ff"))
                                    .build())))
            .setRemoteConfigStatus(
                RemoteConfigStatus.newBuilder()
                    .setLastRemoteConfigHash(ByteString.fromHex("0aff"))
                    .setStatus(RemoteConfigStatuses.RemoteConfigStatuses_FAILED)
                    .setErrorMessage("no"))
            .setPackageStatuses(
                PackageStatuses.newBuilder()
                    .putPackages(
                        "agent",
                        PackageStatus.newBuilder()
                            .setStatus(PackageStatusEnum.PackageStatusEnum_InstallFailed)
                            .build()))
            .build();
    Target target =
        new Target(
            ServerToAgent.newBuilder()
                .setRemoteConfig(
                    AgentRemoteConfig.newBuilder().setConfigHash(ByteString.fromHex("0102")))
                .build(),
            "web v3",
            List.of(),
            Optional.empty());
    return new AgentView(
        UID,
        new AgentStatus(ConnectionState.CONFIGURING, "config offered"),
        RestFixture.NOW,
        report,
        new AgentNote(Map.of("env", "prod"), Optional.of(new Pin("web", Optional.of(3L)))),
        target,
        RestFixture.NOW.minusSeconds(60),
        RestFixture.NOW,
        Optional.of(Connection.Transport.WEBSOCKET),
        Optional.of("192.0.2.1:5555"),
        Optional.of("n1-00000001"));
  }
}
