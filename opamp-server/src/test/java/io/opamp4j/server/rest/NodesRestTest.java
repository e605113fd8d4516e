package io.opamp4j.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NodesRestTest {
  private static final String NODES = "/api/v1/nodes";
  private static final String SELF = NODES + "/node-a-1";

  private final RestFixture rest = new RestFixture();

  @AfterEach
  void close() {
    rest.close();
  }

  @Test
  void listsTheNodesWithTheirLoad() {
    JsonNode items = rest.get(NODES).json().path("items");
    assertThat(items).hasSize(1);
    JsonNode node = items.get(0);
    assertThat(node).isEqualTo(rest.get(SELF).json());
    assertThat(node.path("id").asText()).isEqualTo("node-a-1");
    assertThat(node.path("name").asText()).isEqualTo("node-a");
    assertThat(node.path("address").asText()).isEqualTo("127.0.0.1:4320");
    assertThat(node.path("version").asText()).isEqualTo("1.2.3");
    assertThat(node.path("since").asText()).isEqualTo(RestFixture.NOW.toString());
    for (String yes : new String[] {"self", "leader", "alive"}) {
      assertThat(node.path(yes).asBoolean()).as(yes).isTrue();
    }
    for (String none :
        new String[] {
          "secondsSinceRenewal", "connections", "agents", "messagesPerSecond", "connectionsToShed"
        }) {
      assertThat(node.path(none).asInt(-1)).as(none).isZero();
    }
    assertThat(rest.get(NODES + "/node-b").status()).isEqualTo(404);
    assertThat(rest.get("/api/v1/health").json().at("/checks/2/name").asText())
        .isEqualTo("cluster");
  }

  @Test
  void shedsNothingWhereNothingIs() {
    RestFixture.Answer answer = rest.call("POST", SELF + "/shed", "{\"share\": 0.25}");
    assertThat(answer.status()).isEqualTo(202);
    assertThat(answer.json().path("connections").asInt(-1)).isZero();
    assertThat(rest.call("POST", NODES + "/node-b/shed", "{\"share\": 0.25}").status())
        .isEqualTo(404);
  }

  @Test
  void shedsAShareOfTheConnections() {
    for (int i = 0; i < 10; i++) {
      assertThat(rest.gate.seat().orElseThrow().connect()).isEmpty();
    }
    RestFixture.Answer first = rest.call("POST", SELF + "/shed", "{\"share\": 0.25}");
    assertThat(first.status()).isEqualTo(202);
    assertThat(first.json().path("connections").asInt()).isEqualTo(3);
    RestFixture.Answer second = rest.call("POST", SELF + "/shed", "{\"connections\": 100}");
    assertThat(second.status()).as("the node has not taken the first yet").isEqualTo(409);
    assertThat(second.json().path("type").asText()).endsWith("node-busy");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"share\": 0}",
        "{\"share\": -0.5}",
        "{\"share\": 1.01}",
        "{\"share\": \"0.5\"}",
        "{\"connections\": 0}",
        "{\"connections\": -1}",
        "{\"connections\": 1.5}",
        "{\"share\": 0.5, \"connections\": 3}",
        "{\"shares\": 0.5}"
      })
  void refusesWhatDoesNotSayHowMany(String body) {
    assertThat(rest.call("POST", SELF + "/shed", body).status()).isEqualTo(400);
  }
}
