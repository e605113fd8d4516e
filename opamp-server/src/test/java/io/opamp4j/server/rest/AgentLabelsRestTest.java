package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.ConfigurationsRestTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.InstanceUid;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AgentLabelsRestTest {
  private static final InstanceUid UID = new InstanceUid(1, 1);
  private static final String PATH = "/api/v1/agents/" + UID + "/labels";

  private final RestFixture rest = new RestFixture();

  @BeforeEach
  void putAgent() {
    AgentViews.agent(1).in(rest);
  }

  @AfterEach
  void close() {
    rest.close();
  }

  @Test
  void areReplacedByWhoKnowsTheVersion() {
    RestFixture.Answer none = rest.get(PATH);
    assertThat(none.header("ETag")).isEqualTo("\"0\"");
    assertThat(none.text()).isEqualTo("{\"labels\":{},\"version\":0}");

    RestFixture.Answer put = put("{\"labels\":{\"b\":\"2\",\"a\":\"1\"}}", "\"0\"");
    assertThat(put.status()).as(put.text()).isEqualTo(200);
    assertThat(put.header("ETag")).isEqualTo("\"1\"");
    assertThat(put.text()).isEqualTo("{\"labels\":{\"a\":\"1\",\"b\":\"2\"},\"version\":1}");
    assertThat(rest.get(PATH).text()).isEqualTo(put.text());

    assertThat(put(rest.get(PATH).text(), "\"1\"").header("ETag")).isEqualTo("\"2\"");
    assertThat(put("{\"labels\":{}}", "*").text()).isEqualTo("{\"labels\":{},\"version\":3}");
  }

  @Test
  void areNotReplacedByWhoDoesNot() {
    put("{\"labels\":{\"a\":\"1\"}}", "\"0\"");
    RestFixture.Answer old = put("{\"labels\":{}}", "\"0\"");
    assertProblem(old, 412, "version-conflict");
    assertThat(old.json().path("currentVersion").asLong()).isEqualTo(1);
    assertProblem(rest.call("PUT", PATH, "{\"labels\":{}}"), 428, "precondition-required");
    assertThat(rest.get(PATH).json().at("/labels/a").asText()).isEqualTo("1");
  }

  @Test
  void everyWrongLabelIsNamed() {
    RestFixture.Answer answer =
        put("{\"labels\":{\"-a\":\"1\",\"b\":null,\"c\":\"x\\ny\",\"d\":\"fine\"}}", "\"0\"");
    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.errors())
        .extracting(error -> error.substring(0, error.indexOf(':')))
        .containsExactlyInAnyOrder("labels[\"-a\"]", "labels.b", "labels.c");
    assertThat(put("{}", "\"0\"").errors())
        .containsExactly("labels: is required; {} takes all labels away");
    assertProblem(put("{\"labels\":{\"a\":1}}", "\"0\""), 400, "invalid-request");
    assertThat(rest.get(PATH).json().path("version").asLong()).isZero();
  }

  @Test
  void anAgentThatWasNeverSeenHasNone() {
    String path = "/api/v1/agents/" + new InstanceUid(9, 9) + "/labels";
    assertProblem(rest.get(path), 404, "not-found");
    assertProblem(rest.call("PUT", path, "{\"labels\":{}}", "If-Match", "\"0\""), 404, "not-found");
    assertProblem(rest.get("/api/v1/agents/x/labels"), 400, "invalid-request");
  }

  @Test
  void whatARecordSaysCountsUntilTheFirstEdit() {
    AgentViews.agent(1).labels(Map.of("a", "1")).in(rest);
    assertThat(rest.get(PATH).text()).isEqualTo("{\"labels\":{\"a\":\"1\"},\"version\":0}");
  }

  private RestFixture.Answer put(String body, String ifMatch) {
    return rest.call("PUT", PATH, body, "If-Match", ifMatch);
  }
}
