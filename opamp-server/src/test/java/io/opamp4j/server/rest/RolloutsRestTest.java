package io.opamp4j.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentStatus;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.agents.Connection;
import io.opamp4j.server.fleet.AgentNote;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What becomes of rollouts, their own tests show; this is about how they are asked for and told.
 */
final class RolloutsRestTest {
  private static final String WEB = "/api/v1/configurations/web";

  private static RestFixture rest;

  @BeforeAll
  static void open() {
    rest = new RestFixture();
  }

  @BeforeEach
  void twentyAgentsAndADraft() {
    rest.clear();
    for (int i = 0; i < 20; i++) {
      InstanceUid uid = new InstanceUid(7, i);
      rest.agents.put(uid, agent(uid, i < 5 ? Map.of("tier", "canary") : Map.of()));
    }
    rest.call("POST", "/api/v1/configurations", body("a: 1"));
    rest.call("PUT", WEB + "?draft=true", body("a: 2"), "If-Match", "*");
  }

  @AfterAll
  static void close() {
    rest.close();
  }

  @Test
  void startsTellsAndSteers() {
    RestFixture.Answer started = rest.call("POST", WEB + "/rollout", "{}");
    assertThat(started.status()).as(started.text()).isEqualTo(201);
    assertThat(started.header("Location")).isEqualTo(WEB + "/rollout");
    JsonNode json = started.json();
    assertThat(json.path("phase").asText()).isEqualTo("Running");
    assertThat(json.path("fromVersion").asLong()).isEqualTo(1);
    assertThat(json.path("toVersion").asLong()).isEqualTo(2);
    assertThat(json.at("/stages/0/total").asInt()).isEqualTo(20);
    assertThat(json.at("/stages/0/released").asInt()).isEqualTo(3);
    assertThat(json.path("events").findValuesAsText("kind")).contains("Started", "Step");
    assertThat(rest.get(WEB + "/rollout").json()).isEqualTo(json);

    JsonNode paused = rest.call("POST", WEB + "/rollout/pause", "{\"reason\": \"lunch\"}").json();
    assertThat(paused.path("phase").asText()).isEqualTo("Paused");
    assertThat(paused.path("reason").asText()).contains("lunch");
    JsonNode list = rest.get("/api/v1/rollouts").json();
    assertThat(list.at("/items/0/configuration").asText()).isEqualTo("web");
    assertThat(list.at("/items/0/phase").asText()).isEqualTo("Paused");
    assertThat(rest.call("POST", WEB + "/rollout/rollback", "{}").json().path("phase").asText())
        .startsWith("Roll");
  }

  @Test
  void aCommandThatIsMeantForAnotherStateIsRefused() {
    String started = rest.call("POST", WEB + "/rollout", "{}").header("ETag");
    RestFixture.Answer paused =
        rest.call("POST", WEB + "/rollout/pause", "{}", "If-Match", started);
    assertThat(paused.status()).as(paused.text()).isEqualTo(200);
    assertThat(paused.header("ETag")).isNotEqualTo(started);

    RestFixture.Answer old = rest.call("POST", WEB + "/rollout/resume", "{}", "If-Match", started);
    ConfigurationsRestTest.assertProblem(old, 412, "version-conflict");
    assertThat("\"" + old.json().path("currentVersion").asText() + "\"")
        .isEqualTo(paused.header("ETag"));
    assertThat(rest.get(WEB + "/rollout").json().path("phase").asText()).isEqualTo("Paused");
    assertThat(rest.call("POST", WEB + "/rollout/resume", "{}", "If-Match", "3").status())
        .as("no entity tag")
        .isEqualTo(400);
    assertThat(rest.call("POST", WEB + "/rollout/resume", "{}", "If-Match", "*").status())
        .isEqualTo(200);
    assertThat(rest.call("POST", WEB + "/rollout/cancel", "{}").status())
        .as("a command need not say it")
        .isEqualTo(200);
  }

  @Test
  void plansWithoutStarting() {
    JsonNode preview =
        rest.call(
                "POST",
                WEB + "/rollout/preview",
                """
                {"plan": {"type": "progressive", "first": 2, "factor": 2,
                          "stages": [{"name": "canary", "selector": "tier=canary"}]}}
                """)
            .json();

    assertThat(preview.path("total").asInt()).isEqualTo(20);
    assertThat(preview.at("/stages/0/name").asText()).isEqualTo("canary");
    assertThat(preview.at("/stages/0/steps").toString()).isEqualTo("[2,3]");
    assertThat(preview.at("/stages/1/steps").toString()).isEqualTo("[2,4,8,1]");
    assertThat(preview.path("order")).hasSize(20);
    assertThat(rest.get(WEB + "/rollout").status()).isEqualTo(404);
  }

  @Test
  void isInTheWayOfOtherChangesWhileItLasts() {
    rest.call("POST", WEB + "/rollout", "{}");

    assertThat(rest.call("PUT", WEB, body("a: 3"), "If-Match", "*").status()).isEqualTo(409);
    assertThat(rest.call("PUT", WEB + "/running", "{\"version\": 2}", "If-Match", "*").status())
        .isEqualTo(409);
    assertThat(rest.call("POST", WEB + "/rollout", "{}").status()).isEqualTo(409);
    assertThat(rest.call("POST", WEB + "/rollout/continue", "{}").status()).isEqualTo(409);
    assertThat(rest.call("PUT", WEB + "?draft=true", body("a: 3"), "If-Match", "*").status())
        .isEqualTo(200);
    rest.call("POST", WEB + "/rollout/cancel", "{}");
    assertThat(rest.call("PUT", WEB, body("a: 4"), "If-Match", "*").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/rollout         | {\"version\": 9}                                | 404 |",
        "/rollout         | {\"version\": 1}                                | 409 |",
        "/rollout         | {\"plan\": {\"type\": \"slow\"}}                | 400 | plan.type",
        "/rollout         | {\"plan\": {\"first\": 0}}                      | 400 | plan.first",
        "/rollout         | {\"plan\": {\"first\": 9, \"most\": 2}}         | 400 | plan.most",
        "/rollout         | {\"plan\": {\"type\": \"progressive\"}}         | 400 | plan.stages",
        "/rollout         | {\"plan\": {\"stages\": []}}                    | 400 | plan.stages",
        "/rollout         | {\"plan\": {\"errorLimit\": {}}}                | 400 |"
            + " plan.errorLimit",
        "/rollout         | {\"plan\": {\"errorLimit\": {\"percent\": 101}}}| 400 |"
            + " plan.errorLimit.percent",
        "/rollout         | {\"plan\": {\"healthGateSeconds\": -1}}         | 400 |"
            + " plan.healthGateSeconds",
        "/rollout         | {\"plan\": {\"resultDeadlineSeconds\": 0}}      | 400 |"
            + " plan.resultDeadlineSeconds",
        "/rollout         | {\"plan\": {\"type\": \"progressive\", \"stages\": [{\"name\": \"a\","
            + " \"selector\": \"a b\"}]}} | 400 | plan.stages[0].selector",
        "/rollout         | {\"plan\": {\"type\": \"progressive\", \"stages\": [{\"name\":"
            + " \"rest\", \"selector\": \"a\"}]}} | 400 | plan.stages[0].name",
        "/rollout/preview | {\"plan\": {\"type\": \"slow\"}}                | 400 | plan.type",
        "/rollout/pause   | {}                                              | 404 |",
        "/rollout/explode | {}                                              | 404 |",
      })
  void refusesWhatIsWrong(String path, String body, int status, String field) {
    RestFixture.Answer answer = rest.call("POST", WEB + path, body);

    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo(Problem.MEDIA_TYPE);
    if (field != null) {
      assertThat(answer.json().path("errors").findValuesAsText("field")).contains(field);
    }
    assertThat(rest.get(WEB + "/rollout").status()).as("nothing began").isEqualTo(404);
  }

  private static AgentView agent(InstanceUid uid, Map<String, String> labels) {
    return new AgentView(
        uid,
        new AgentStatus(ConnectionState.CONNECTED, "it is a test"),
        RestFixture.NOW,
        AgentToServer.newBuilder().setInstanceUid(uid.toBytes()).setCapabilities(0x1003).build(),
        AgentNote.ofLabels(labels),
        Target.NONE,
        RestFixture.NOW,
        RestFixture.NOW,
        Optional.of(Connection.Transport.WEBSOCKET),
        Optional.empty(),
        Optional.empty());
  }

  private static String body(String yaml) {
    return "{\"name\": \"web\", \"selector\": \"\", \"files\": {\"c.yaml\": {\"body\": \""
        + yaml
        + "\"}}}";
  }
}
