package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.ConfigurationsRestTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentStatus;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.core.server.Target;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.storage.DocumentStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OrdersRestTest {
  private static final String RESTART = "{\"type\":\"restart\"}";

  private static RestFixture rest;
  private static int made;

  private final InstanceUid uid = new InstanceUid(7, ++made);
  private final String path = "/api/v1/agents/" + uid + "/orders";

  @BeforeAll
  static void open() {
    rest = new RestFixture();
  }

  @BeforeEach
  void putAgent() {
    rest.clear();
    rest.agents.put(
        uid,
        new AgentView(
            uid,
            new AgentStatus(ConnectionState.DISCONNECTED, "for the test"),
            RestFixture.NOW,
            AgentToServer.getDefaultInstance(),
            AgentNote.NONE,
            Target.NONE,
            RestFixture.NOW,
            RestFixture.NOW,
            Optional.empty(),
            Optional.empty(),
            Optional.empty()));
  }

  @AfterAll
  static void close() {
    rest.close();
  }

  @Test
  void ordersARestartForAnAgentThatIsNotThere() {
    RestFixture.Answer created = rest.call("POST", path, RESTART);

    assertThat(created.status()).isEqualTo(201);
    JsonNode order = created.json();
    assertThat(created.header("Location")).isEqualTo(path + "/" + order.path("id").asText());
    assertThat(order.path("agent").asText()).isEqualTo(uid.toString());
    assertThat(order.path("type").asText()).isEqualTo("restart");
    assertThat(order.path("state").asText()).isEqualTo("pending");
    assertThat(order.path("created").asText()).isEqualTo("2026-11-22T10:00:00Z");
    assertThat(order.path("expires").asText()).as("an hour").isEqualTo("2026-11-22T11:00:00Z");
    assertThat(order.has("capability")).isFalse();
    assertThat(rest.get(created.header("Location")).json()).isEqualTo(order);
  }

  @Test
  void isDurableBeforeItIsAnswered() {
    String id = rest.call("POST", path, RESTART).json().path("id").asText();
    assertThat(rest.documents().find("order", uid + "/" + id)).isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"text\":\"hällo\"|6",
        "\"data\":\"AP8=\"|2",
        "\"text\":\"\"|0",
        "\"expiresIn\":\"7d\"|0"
      })
  void ordersACustomMessage(String content, int size) {
    String body =
        "{\"type\":\"custom\",\"capability\":\"com.example.pause/v1\",\"messageType\":\"pause\","
            + content
            + "}";
    JsonNode order = rest.call("POST", path, body).json();

    assertThat(order.path("type").asText()).isEqualTo("custom");
    assertThat(order.path("capability").asText()).isEqualTo("com.example.pause/v1");
    assertThat(order.path("messageType").asText()).isEqualTo("pause");
    assertThat(order.path("size").asInt()).isEqualTo(size);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|type",
        "{\"type\":\"reboot\"}|type",
        "{\"type\":\"restart\",\"capability\":\"a.b.c\",\"text\":\"x\"}|capability,text",
        "{\"type\":\"custom\"}|capability,messageType",
        "{\"type\":\"custom\",\"capability\":\"pause\",\"messageType\":\"p\"}|capability",
        "{\"type\":\"custom\",\"capability\":\"a.b/c/d\",\"messageType\":\"p\"}|capability",
        "{\"type\":\"custom\",\"capability\":\"a.b\",\"messageType\":\"p\",\"data\":\"?\"}|data",
        "{\"type\":\"custom\",\"capability\":\"a.b\",\"messageType\":\"p\",\"data\":\"\",\"text\":\"\"}|data",
        "{\"type\":\"custom\",\"capability\":\"a.b\",\"messageType\":\"\\ud800\",\"text\":\"\\ud800\"}|messageType,text",
        "{\"type\":\"restart\",\"expiresIn\":\"8d\"}|expiresIn",
        "{\"type\":\"restart\",\"expiresIn\":\"0s\"}|expiresIn",
        "{\"type\":\"restart\",\"expiresIn\":\"1\"}|expiresIn",
        "{\"type\":\"restart\",\"expiresIn\":\"-1h\"}|expiresIn",
        "{\"type\":\"restart\",\"expiresIn\":\"999999999d\"}|expiresIn",
        "{\"type\":\"restart\",\"when\":\"now\"}|when"
      })
  void namesEveryFieldOfWhatCanNeverWork_CUSTOM05(String body, String fields) {
    RestFixture.Answer answer = rest.call("POST", path, body);

    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.errors())
        .extracting(error -> error.substring(0, error.indexOf(':')))
        .containsExactly(fields.split(",", 0));
    assertThat(rest.get(path).json().path("items")).isEmpty();
  }

  @Test
  void ordersNothingForAnUnknownAgent() {
    String unknown = "/api/v1/agents/" + new InstanceUid(8, 8) + "/orders";
    assertProblem(rest.call("POST", unknown, RESTART), 404, "not-found");
    assertProblem(rest.get(unknown), 404, "not-found");
    assertProblem(rest.get(unknown + "/x"), 404, "not-found");
    assertProblem(rest.call("DELETE", unknown + "/x", null), 404, "not-found");
    RestFixture.Answer malformed = rest.call("POST", "/api/v1/agents/x/orders", RESTART);
    assertProblem(malformed, 400, "invalid-request");
    assertThat(malformed.errors()).containsExactly("uid: must be a UUID of 36 characters");
  }

  @Test
  void makesOneOrderOfOneKey() {
    JsonNode first = rest.call("POST", path, RESTART, "Idempotency-Key", "ä 1").json();
    RestFixture.Answer again = rest.call("POST", path, RESTART, "Idempotency-Key", "ä 1");

    assertThat(again.status()).isEqualTo(200);
    assertThat(again.json()).isEqualTo(first);
    assertThat(rest.get(path).json().path("items")).hasSize(1);
    String other = "{\"type\":\"restart\",\"expiresIn\":\"2h\"}";
    assertProblem(rest.call("POST", path, other, "Idempotency-Key", "ä 1"), 409, "key-in-use");
    RestFixture.Answer tooLong =
        rest.call("POST", path, RESTART, "Idempotency-Key", "k".repeat(256));
    assertProblem(tooLong, 400, "invalid-request");
    assertThat(tooLong.errors()).containsExactly("Idempotency-Key: must have 1 to 255 characters");
  }

  @Test
  void cancelsWhatWaits() {
    String order = rest.call("POST", path, RESTART).header("Location");

    assertThat(rest.call("DELETE", order, null).status()).isEqualTo(204);
    assertThat(rest.get(order).json().path("state").asText()).isEqualTo("cancelled");
    assertThat(rest.call("DELETE", order, null).status()).as("again").isEqualTo(204);
    assertProblem(rest.call("DELETE", path + "/nothing", null), 404, "not-found");
    assertProblem(rest.call("DELETE", path + "/%2F..", null), 404, "not-found");
  }

  @Test
  void refusesToCancelWhatWasSent() {
    JsonNode order = rest.call("POST", path, RESTART).json();
    String document = uid + "/" + order.path("id").asText();
    DocumentStore documents = rest.documents();
    String body = documents.find("order", document).orElseThrow().body().toStringUtf8();
    documents.put("order", document, ByteString.copyFromUtf8(body.replace("PENDING", "SENT")), 1);

    assertProblem(
        rest.call("DELETE", path + "/" + order.path("id").asText(), null), 409, "not-pending");
  }

  @Test
  void refusesMoreThanAHundredForOneAgent() {
    for (int i = 0; i < 100; i++) {
      assertThat(rest.call("POST", path, RESTART).status()).isEqualTo(201);
    }
    assertProblem(rest.call("POST", path, RESTART), 429, "too-many-waiting");
  }

  @Test
  void listsByPages() {
    for (int i = 0; i < 5; i++) {
      rest.call("POST", path, RESTART);
    }
    List<String> seen = new ArrayList<>();
    String cursor = "";
    int pages = 0;
    while (cursor != null && pages < 10) {
      JsonNode page = rest.get(path + "?limit=2" + cursor).json();
      page.path("items").forEach(item -> seen.add(item.path("id").asText()));
      cursor = page.has("nextCursor") ? "&cursor=" + page.path("nextCursor").asText() : null;
      pages++;
    }
    assertThat(pages).isEqualTo(3);
    assertThat(seen).hasSize(5).doesNotHaveDuplicates().isSorted();
    assertProblem(rest.get(path + "?cursor=A%2FB"), 400, "invalid-request");
    assertProblem(rest.get(path + "?limit=0"), 400, "invalid-request");
  }

  @Test
  void showsNoDocumentThatIsNoOrder() {
    rest.documents()
        .put("order", uid + "/broken", ByteString.copyFromUtf8("{"), DocumentStore.ABSENT);
    assertProblem(rest.get(path + "/broken"), 404, "not-found");
    assertThat(rest.get(path).json().path("items")).isEmpty();
  }
}
