package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.ConfigurationsRestTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.server.agents.OrderDesk;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AgentActionsRestTest {
  private static final String PATH = "/api/v1/agents/actions";

  private final RestFixture rest = new RestFixture();

  @BeforeEach
  void putAgents() {
    AgentViews.agent(1).labels(Map.of("env", "prod")).in(rest);
    AgentViews.agent(2).labels(Map.of("env", "prod", "wave", "1")).in(rest);
    AgentViews.agent(3).labels(Map.of("env", "test")).state(ConnectionState.DISCONNECTED).in(rest);
  }

  @AfterEach
  void close() {
    rest.close();
  }

  @Test
  void labelsThosePickedAndSaysWhoChanged() {
    JsonNode result =
        act("{\"action\":\"label\",\"selector\":\"env=prod\",\"set\":{\"wave\":\"1\"}}").json();
    assertThat(result.toString())
        .isEqualTo("{\"matched\":2,\"changed\":1,\"agents\":[\"" + uid(1) + "\"],\"refused\":[]}");
    assertThat(labels(1)).isEqualTo("{\"env\":\"prod\",\"wave\":\"1\"}");
    assertThat(labels(3)).isEqualTo("{\"env\":\"test\"}");
  }

  @Test
  void aDryRunSaysTheSameAndChangesNothing() {
    String body =
        "\"action\":\"label\",\"selector\":\"\",\"set\":{\"x\":\"1\"}" + ",\"remove\":[\"wave\"]}";
    JsonNode dry = act("{\"dryRun\":true," + body).json();
    assertThat(labels(1)).isEqualTo("{\"env\":\"prod\"}");
    JsonNode done = act("{" + body).json();
    assertThat(done).isEqualTo(dry);
    assertThat(done.path("changed").asInt()).isEqualTo(3);
    assertThat(labels(2)).isEqualTo("{\"env\":\"prod\",\"x\":\"1\"}");
    assertThat(act("{" + body).json().path("changed").asInt()).isZero();
  }

  @Test
  void picksByStateToo() {
    JsonNode result =
        act("{\"action\":\"label\",\"selector\":\"\",\"state\":[\"Disconnected\"],"
                + "\"remove\":[\"env\"]}")
            .json();
    assertThat(result.path("agents").toString()).isEqualTo("[\"" + uid(3) + "\"]");
  }

  @Test
  void restartsEachAgentOnceForOneKey() {
    String body = "{\"action\":\"restart\",\"selector\":\"env=prod\"}";
    JsonNode first = act(body, "Idempotency-Key", "k").json();
    assertThat(first.path("changed").asInt()).isEqualTo(2);
    assertThat(act(body, "Idempotency-Key", "k").json()).isEqualTo(first);
    assertThat(orders(1)).isEqualTo(1);
    assertThat(orders(3)).isZero();
    act(body, "Idempotency-Key", "other");
    act(body);
    assertThat(orders(1)).isEqualTo(3);
  }

  /** The key of a single order is another one, though its text is the same. */
  @Test
  void theKeyOfAnActionIsNotThatOfAnOrder() {
    rest.call(
        "POST",
        "/api/v1/agents/" + uid(1) + "/orders",
        "{\"type\":\"custom\",\"capability\":\"a.b\",\"messageType\":\"t\"}",
        "Idempotency-Key",
        "k");
    JsonNode result =
        act("{\"action\":\"restart\",\"selector\":\"wave!=1\"}", "Idempotency-Key", "k").json();
    assertThat(result.path("changed").asInt()).isEqualTo(2);
  }

  @Test
  void aDryRunOfARestartOrdersNothing() {
    JsonNode result = act("{\"action\":\"restart\",\"selector\":\"\",\"dryRun\":true}").json();
    assertThat(result.path("changed").asInt()).isEqualTo(3);
    assertThat(orders(1) + orders(2) + orders(3)).isZero();
  }

  @Test
  void anAgentWithTooManyOrdersIsNamedAndTheOthersRestart() {
    String path = "/api/v1/agents/" + uid(1) + "/orders";
    for (int i = 0; i < 100; i++) {
      rest.call("POST", path, "{\"type\":\"restart\"}");
    }
    JsonNode result = act("{\"action\":\"restart\",\"selector\":\"env=prod\"}").json();
    assertThat(result.path("agents").toString()).isEqualTo("[\"" + uid(2) + "\"]");
    assertThat(result.at("/refused/0/agent").asText()).isEqualTo(uid(1));
    assertThat(result.at("/refused/0/reason").asText()).contains("100 orders wait");
  }

  @Test
  void aFailureInTheMiddleSaysHowFarItCameAndARepeatFinishes() {
    String body = "{\"action\":\"label\",\"selector\":\"\",\"set\":{\"x\":\"1\"}}";
    rest.brittle.failAfter(2);
    RestFixture.Answer broken = act(body);
    assertProblem(broken, 503, "storage-unavailable");
    assertThat(broken.json().path("detail").asText()).contains("2 of 3 agents");
    assertThat(broken.header("Retry-After")).isEqualTo("5");
    rest.brittle.heal();
    JsonNode rest = act(body).json();
    assertThat(rest.path("matched").asInt()).isEqualTo(3);
    assertThat(rest.path("agents").toString()).isEqualTo("[\"" + uid(3) + "\"]");
  }

  @Test
  void nothingChangesWhenOneAgentWouldHaveTooManyLabels() {
    Map<String, String> most = new HashMap<>();
    for (int i = 0; i < 64; i++) {
      most.put("k" + i, "v");
    }
    AgentViews.agent(3).labels(most).in(rest);
    RestFixture.Answer answer =
        act("{\"action\":\"label\",\"selector\":\"\",\"set\":{\"x\":\"1\"}}");
    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.errors().get(0)).startsWith("set:").contains(uid(3));
    assertThat(labels(1)).isEqualTo("{\"env\":\"prod\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | selector,action",
        "{\"action\":\"stop\",\"selector\":\"\"} | action",
        "{\"action\":\"label\",\"selector\":\"a b\"} | selector,set",
        "{\"action\":\"label\",\"selector\":\"\",\"set\":{},\"remove\":[]} | set",
        "{\"action\":\"label\",\"selector\":\"\",\"remove\":[null]} | remove,set",
        "{\"action\":\"label\",\"selector\":\"\",\"set\":{\"a\":\"1\"},\"remove\":[\"a\"]}|remove",
        "{\"action\":\"label\",\"selector\":\"\",\"set\":{\"a b\":\"1\"}} | set[\"a b\"]",
        "{\"action\":\"restart\",\"selector\":\"\",\"set\":{},\"remove\":[]} | set,remove",
        "{\"action\":\"restart\",\"selector\":\"\",\"state\":[\"Broken\"]} | state",
        "{\"action\":\"restart\",\"selector\":\"\",\"unknown\":1} | unknown",
      })
  void everythingWrongIsNamedAndNothingDone(String body, String fields) {
    RestFixture.Answer answer = act(body);
    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.errors())
        .extracting(error -> error.substring(0, error.indexOf(": ")))
        .containsExactlyElementsOf(List.of(fields.split(",")));
    assertThat(orders(1)).isZero();
  }

  @Test
  void theNameOfTheCollectionIsNoUid() {
    assertThat(rest.get(PATH).status()).isEqualTo(405);
    assertProblem(
        act("{\"action\":\"restart\",\"selector\":\"\"}", "Idempotency-Key", "k".repeat(256)),
        400,
        "invalid-request");
  }

  private RestFixture.Answer act(String body, String... headers) {
    return rest.call("POST", PATH, body, headers);
  }

  private String labels(int number) {
    return rest.get("/api/v1/agents/" + uid(number) + "/labels").json().path("labels").toString();
  }

  private int orders(int number) {
    OrderDesk desk = rest.injector.getInstance(OrderDesk.class);
    return desk.list(new InstanceUid(1, number), Optional.empty(), 1_000).items().size();
  }

  private static String uid(int number) {
    return new InstanceUid(1, number).toString();
  }
}
