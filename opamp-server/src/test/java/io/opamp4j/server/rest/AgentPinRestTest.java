package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.ConfigurationsRestTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.server.agents.PinDesk;
import io.opamp4j.server.fleet.Pin;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AgentPinRestTest {
  private static final InstanceUid UID = new InstanceUid(1, 1);
  private static final String AGENT = "/api/v1/agents/" + UID;
  private static final String PATH = AGENT + "/pin";
  private static final String ACTIONS = "/api/v1/agents/actions";

  private final RestFixture rest = new RestFixture();

  @BeforeEach
  void putAgentAndConfigurations() {
    AgentViews.agent(1).labels(Map.of("env", "prod")).in(rest);
    create("web", "env=prod");
    create("aside", "env=none");
    rest.call("PUT", "/api/v1/configurations/aside", body("aside", "env=none"), "If-Match", "*");
  }

  @AfterEach
  void close() {
    rest.close();
  }

  @Test
  void isGivenChangedAndTakenAwayByWhoKnowsTheVersion() {
    RestFixture.Answer none = rest.get(PATH);
    assertThat(none.header("ETag")).isEqualTo("\"0\"");
    assertThat(none.text()).isEqualTo("{\"revision\":0}");

    RestFixture.Answer put = put("{\"configuration\":\"aside\"}", "\"0\"");
    assertThat(put.status()).as(put.text()).isEqualTo(200);
    assertThat(put.header("ETag")).isEqualTo("\"1\"");
    assertThat(put.text()).isEqualTo("{\"configuration\":\"aside\",\"revision\":1}");
    assertThat(rest.get(PATH).text()).isEqualTo(put.text());

    assertThat(put("{\"configuration\":\"aside\",\"version\":1,\"revision\":1}", "\"1\"").text())
        .isEqualTo("{\"configuration\":\"aside\",\"version\":1,\"revision\":2}");

    assertThat(rest.call("DELETE", PATH, null, "If-Match", "\"2\"").status()).isEqualTo(204);
    assertThat(rest.get(PATH).text()).isEqualTo("{\"revision\":3}");
    assertThat(rest.call("DELETE", PATH, null, "If-Match", "*").status()).isEqualTo(204);
    assertThat(rest.get(PATH).header("ETag")).as("nothing changed").isEqualTo("\"3\"");
  }

  @Test
  void isNotChangedByWhoDoesNot() {
    put("{\"configuration\":\"aside\"}", "\"0\"");
    RestFixture.Answer old = put("{\"configuration\":\"web\"}", "\"0\"");
    assertProblem(old, 412, "version-conflict");
    assertThat(old.json().path("currentVersion").asLong()).isEqualTo(1);
    assertProblem(
        rest.call("PUT", PATH, "{\"configuration\":\"web\"}"), 428, "precondition-required");
    assertProblem(rest.call("DELETE", PATH, null), 428, "precondition-required");
    RestFixture.Answer delete = rest.call("DELETE", PATH, null, "If-Match", "\"0\"");
    assertProblem(delete, 412, "version-conflict");
    assertThat(rest.get(PATH).json().path("configuration").asText()).isEqualTo("aside");
  }

  /** What operators say of one agent is one document. */
  @Test
  void hasOneTagWithTheLabels() {
    rest.call("PUT", AGENT + "/labels", "{\"labels\":{\"a\":\"1\"}}", "If-Match", "\"0\"");
    assertProblem(put("{\"configuration\":\"web\"}", "\"0\""), 412, "version-conflict");
    put("{\"configuration\":\"web\"}", "\"1\"");
    assertThat(rest.get(AGENT + "/labels").text())
        .isEqualTo("{\"labels\":{\"a\":\"1\"},\"version\":2}");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      value = {
        "{} | configuration: is required",
        "{\"configuration\":\"gone\"} | configuration: must be the name of a configuration",
        "{\"configuration\":\"A B\"} | configuration: must be the name of a configuration",
        "{\"configuration\":\"aside\",\"version\":3}"
            + " | version: must be a version of the configuration that is kept",
        "{\"configuration\":\"aside\",\"version\":0}"
            + " | version: must be a version of the configuration that is kept",
      },
      delimiter = '|')
  void isToWhatThereIs(String body, String error) {
    RestFixture.Answer answer = put(body, "*");
    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.errors()).containsExactly(error);
    assertThat(rest.get(PATH).text()).isEqualTo("{\"revision\":0}");
  }

  @Test
  void isOfAnAgentThatIsKnown() {
    String path = "/api/v1/agents/" + new InstanceUid(9, 9) + "/pin";
    assertProblem(rest.get(path), 404, "not-found");
    assertProblem(
        rest.call("PUT", path, "{\"configuration\":\"web\"}", "If-Match", "*"), 404, "not-found");
    assertProblem(rest.call("DELETE", path, null, "If-Match", "*"), 404, "not-found");
    assertProblem(rest.get("/api/v1/agents/nobody/pin"), 400, "invalid-request");
  }

  @Test
  void isShownWithTheAgentAndInItsReasons() {
    put("{\"configuration\":\"aside\",\"version\":1}", "\"0\"");
    AgentViews.agent(1)
        .labels(Map.of("env", "prod"))
        .pin(new Pin("aside", Optional.of(1L)))
        .in(rest);

    JsonNode expected = rest.get(AGENT).json().path("pin");
    assertThat(expected.toString()).isEqualTo("{\"configuration\":\"aside\",\"version\":1}");
    assertThat(rest.get("/api/v1/agents").json().at("/items/0/pin")).isEqualTo(expected);
    JsonNode why = rest.get(AGENT + "/why").json().path("configuration");
    assertThat(why.path("pin")).isEqualTo(expected);
    assertThat(why.at("/candidates/0/name").asText()).isEqualTo("aside");
    assertThat(why.at("/candidates/0/version").asLong()).isEqualTo(1);
    assertThat(why.at("/candidates/0/chosen").asBoolean()).isTrue();
    assertThat(why.at("/candidates/0/matches").asBoolean()).isFalse();
  }

  /** The agent is left as it is, and whoever asks is told. */
  @Test
  void outlivesItsConfigurationAndSaysSo() {
    put("{\"configuration\":\"aside\"}", "\"0\"");
    AgentViews.agent(1)
        .labels(Map.of("env", "prod"))
        .pin(new Pin("aside", Optional.empty()))
        .in(rest);
    assertThat(rest.call("DELETE", "/api/v1/configurations/aside", null).status()).isEqualTo(204);
    JsonNode why = rest.get(AGENT + "/why").json().path("configuration");
    assertThat(why.at("/pin/failed").asText()).isEqualTo("no version of it runs");
    assertThat(why.at("/candidates/0/name").asText()).isEqualTo("web");
    assertThat(why.at("/candidates/0/chosen").asBoolean()).isFalse();
    assertThat(rest.get(PATH).json().path("configuration").asText()).isEqualTo("aside");
  }

  @Test
  void isGivenAndTakenInBulkAndADryRunSaysTheSame() {
    AgentViews.agent(2).labels(Map.of("env", "prod")).in(rest);
    AgentViews.agent(3).labels(Map.of("env", "test")).in(rest);
    rest.injector
        .getInstance(PinDesk.class)
        .set(UID, Optional.of(new Pin("web", Optional.empty())));
    String pin = "\"action\":\"pin\",\"selector\":\"env=prod\",\"configuration\":\"web\"}";
    JsonNode dry = act("{\"dryRun\":true," + pin).json();
    assertThat(dry.path("matched").asInt()).isEqualTo(2);
    assertThat(dry.path("agents").toString()).isEqualTo("[\"" + new InstanceUid(1, 2) + "\"]");
    assertThat(rest.get("/api/v1/agents/" + new InstanceUid(1, 2) + "/pin").json().has("version"))
        .isFalse();
    assertThat(act("{" + pin).json()).isEqualTo(dry);
    assertThat(act("{" + pin).json().path("changed").asInt()).isZero();
    JsonNode unpinned = act("{\"action\":\"unpin\",\"selector\":\"\"}").json();
    assertThat(unpinned.path("matched").asInt()).isEqualTo(3);
    assertThat(unpinned.path("changed").asInt()).isEqualTo(2);
  }

  @Test
  void inBulkIsRefusedAsAlone() {
    assertThat(act("{\"action\":\"pin\",\"selector\":\"\",\"configuration\":\"gone\"}").errors())
        .containsExactly("configuration: must be the name of a configuration");
    assertThat(
            act("{\"action\":\"unpin\",\"selector\":\"\",\"configuration\":\"web\",\"set\":{}}")
                .errors())
        .containsExactly("set: belongs to label", "configuration: belongs to pin");
  }

  private RestFixture.Answer act(String body) {
    return rest.call("POST", ACTIONS, body);
  }

  private RestFixture.Answer put(String body, String ifMatch) {
    return rest.call("PUT", PATH, body, "If-Match", ifMatch);
  }

  private void create(String name, String selector) {
    assertThat(rest.call("POST", "/api/v1/configurations", body(name, selector)).status())
        .isEqualTo(201);
  }

  private static String body(String name, String selector) {
    return "{\"name\":\"%s\",\"selector\":\"%s\",\"files\":{\"c.yaml\":{\"body\":\"a: 1\"}}}"
        .formatted(name, selector);
  }
}
