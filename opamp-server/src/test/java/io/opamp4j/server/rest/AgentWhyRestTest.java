package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.ConfigurationsRestTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import io.opamp4j.core.server.AgentStatus;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.PackagesAvailable;
import io.opamp4j.proto.RemoteConfigStatus;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.agents.StatusHistories;
import io.opamp4j.server.fleet.FleetWatcher;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class AgentWhyRestTest {
  private static final InstanceUid UID = new InstanceUid(1, 1);
  private static final String PATH = "/api/v1/agents/" + UID + "/why";
  private static final ByteString HASH = ByteString.fromHex("0102");
  private static final ByteString OTHER_HASH = ByteString.fromHex("0a0b");
  private static final long CONFIGURABLE = 0x1003;

  private final RestFixture rest = new RestFixture();

  @AfterEach
  void close() {
    rest.close();
  }

  @Test
  void namesTheChosenTheBeatenAndThoseThatDoNotMatch() throws Exception {
    configure("best", "env=prod", 10);
    configure("also", "env in (prod,test)", 10);
    configure("low", "", 0);
    configure("other", "env=prod,region=eu", 99);
    for (int i = 0; i < 25; i++) {
      configure("not" + i, "env=no", 5);
    }
    AgentViews.agent(1).labels(Map.of("env", "prod")).configuration("also v1").in(rest);

    JsonNode why = rest.get(PATH).json();
    JsonNode configuration = why.path("configuration");

    assertThat(configuration.at("/chosen/configuration").asText()).isEqualTo("also");
    assertThat(configuration.at("/candidates/0").toString())
        .isEqualTo(
            "{\"name\":\"also\",\"version\":1,\"priority\":10,"
                + "\"selector\":\"env in (prod,test)\",\"matches\":true,\"chosen\":true}");
    assertThat(configuration.at("/candidates/1/name").asText()).isEqualTo("best");
    assertThat(configuration.at("/candidates/1/chosen").asBoolean()).isFalse();
    assertThat(configuration.at("/candidates/2/name").asText()).isEqualTo("low");
    assertThat(configuration.at("/candidates/3").toString())
        .isEqualTo(
            "{\"name\":\"other\",\"version\":1,\"priority\":99,"
                + "\"selector\":\"env=prod,region=eu\",\"matches\":false,\"chosen\":false,"
                + "\"failed\":\"region=eu\"}");
    assertThat(configuration.path("candidates")).hasSize(3 + 20);
    assertThat(configuration.path("unmatched").asInt()).isEqualTo(26);
    assertThat(configuration.path("tied").toString()).isEqualTo("[\"also\",\"best\"]");
  }

  @Test
  void anAgentWithoutConfigurationHasNoneChosen() {
    AgentViews.agent(1).state(ConnectionState.ERROR).in(rest);
    JsonNode why = rest.get(PATH).json();
    assertThat(why.path("state").asText()).isEqualTo("Error");
    assertThat(why.path("reason").asText()).isEqualTo("for the test");
    assertThat(why.path("since").asText()).isEqualTo("2026-11-22T10:00:00Z");
    assertThat(why.path("configuration").toString())
        .isEqualTo("{\"candidates\":[],\"tied\":[],\"unmatched\":0}");
    assertThat(why.path("withheld")).isEmpty();
    assertThat(why.path("history")).isEmpty();
  }

  static Stream<Arguments> withheld() {
    Target plain = target(List.of());
    ServerToAgent others =
        ServerToAgent.newBuilder()
            .setPackagesAvailable(PackagesAvailable.getDefaultInstance())
            .setConnectionSettings(ConnectionSettingsOffers.getDefaultInstance())
            .build();
    return Stream.of(
        Arguments.of("can take it", plain, report(CONFIGURABLE), List.of()),
        Arguments.of(
            "capability",
            plain,
            report(1),
            List.of("configuration: the agent does not accept remote configuration")),
        Arguments.of(
            "components",
            target(List.of("exporter otlp", "receiver x")),
            report(CONFIGURABLE),
            List.of("configuration: the agent lacks exporter otlp, receiver x")),
        Arguments.of(
            "must wait",
            plain.withheld("its components are asked for"),
            report(CONFIGURABLE),
            List.of("configuration: its components are asked for")),
        Arguments.of(
            "failed",
            plain,
            report(CONFIGURABLE, HASH, RemoteConfigStatuses.RemoteConfigStatuses_FAILED),
            List.of(
                "configuration: the agent reported that it failed, and is not sent the same"
                    + " again")),
        Arguments.of(
            "another one failed",
            plain,
            report(CONFIGURABLE, OTHER_HASH, RemoteConfigStatuses.RemoteConfigStatuses_FAILED),
            List.of()),
        Arguments.of(
            "has it",
            plain.withheld("x"),
            report(CONFIGURABLE, HASH, RemoteConfigStatuses.RemoteConfigStatuses_APPLIED),
            List.of()),
        Arguments.of(
            "planned",
            new Target(plain.offers(), "web v1", List.of(), Optional.of("web v2")),
            report(CONFIGURABLE),
            List.of(
                "configuration: web v2 is planned for it by a running rollout and not sent yet")),
        Arguments.of(
            "packages and settings",
            Target.NONE.with(others),
            report(CONFIGURABLE),
            List.of(
                "packages: the agent does not accept packages",
                "connectionSettings: the agent accepts no connection settings of these kinds")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void withheld(String name, Target target, AgentToServer report, List<String> expected) {
    AgentViews.agent(1).target(target).report(report).in(rest);
    assertThat(
            rest.get(PATH)
                .json()
                .path("withheld")
                .valueStream()
                .map(one -> one.path("offer").asText() + ": " + one.path("reason").asText())
                .toList())
        .isEqualTo(expected);
  }

  @Test
  void whatADisconnectedAgentShouldHaveWaits() {
    AgentViews.agent(1)
        .target(target(List.of()))
        .report(report(CONFIGURABLE))
        .state(ConnectionState.DISCONNECTED)
        .in(rest);
    assertThat(rest.get(PATH).json().at("/withheld/0/reason").asText())
        .isEqualTo("the agent is not connected");
  }

  @Test
  void tellsTheLastChangesOfStateTheNewestFirst() {
    AgentViews.agent(1).in(rest);
    StatusHistories histories = rest.injector.getInstance(StatusHistories.class);
    ConnectionState[] states = ConnectionState.values();
    for (int i = 0; i < 30; i++) {
      histories.happened(
          new AgentEvent.StatusChanged(
              UID,
              RestFixture.NOW.plusSeconds(i),
              new AgentStatus(states[i % states.length], "before"),
              new AgentStatus(states[(i + 1) % states.length], "reason " + i)));
    }
    JsonNode history = rest.get(PATH).json().path("history");
    assertThat(history).hasSize(20);
    assertThat(history.at("/0").toString())
        .isEqualTo(
            "{\"at\":\"2026-11-22T10:00:29Z\",\"first\":\"2026-11-22T10:00:29Z\",\"times\":1,"
                + "\"from\":\""
                + StateNames.name(states[29 % states.length])
                + "\",\"to\":\""
                + StateNames.name(states[30 % states.length])
                + "\",\"reason\":\"reason 29\"}");
    assertThat(history.at("/19/reason").asText()).isEqualTo("reason 10");
  }

  @Test
  void anUnknownAgentIsNotFound() {
    assertProblem(rest.get(PATH), 404, "not-found");
    assertProblem(rest.get("/api/v1/agents/x/why"), 400, "invalid-request");
  }

  private void configure(String name, String selector, int priority) throws Exception {
    String body =
        "{\"selector\":\""
            + selector
            + "\",\"priority\":"
            + priority
            + ",\"files\":{\"a\":{\"body\":\"x: 1\"}}}";
    RestFixture.Answer answer =
        rest.call("PUT", "/api/v1/configurations/" + name, body, "If-None-Match", "*");
    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    rest.injector.getInstance(FleetWatcher.class).refresh().toCompletableFuture().get();
  }

  private static Target target(List<String> missing) {
    AgentRemoteConfig config = AgentRemoteConfig.newBuilder().setConfigHash(HASH).build();
    return new Target(
        ServerToAgent.newBuilder().setRemoteConfig(config).build(),
        "web v1",
        missing,
        Optional.empty());
  }

  private static AgentToServer report(long capabilities) {
    return AgentToServer.newBuilder().setCapabilities(capabilities).build();
  }

  private static AgentToServer report(
      long capabilities, ByteString hash, RemoteConfigStatuses status) {
    return report(capabilities).toBuilder()
        .setRemoteConfigStatus(
            RemoteConfigStatus.newBuilder().setLastRemoteConfigHash(hash).setStatus(status))
        .build();
  }
}
