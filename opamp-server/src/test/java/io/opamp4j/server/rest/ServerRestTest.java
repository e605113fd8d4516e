package io.opamp4j.server.rest;

import static io.opamp4j.server.rest.ConfigurationsRestTest.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.storage.Storage;
import io.opamp4j.storage.StorageException;
import io.opamp4j.storage.StorageException.Reason;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ServerRestTest {
  private static final String AGENT = "/api/v1/agents/" + new InstanceUid(1, 1);

  private final RestFixture rest = new RestFixture();

  @AfterEach
  void close() {
    rest.close();
  }

  @Test
  void statusTellsVersionNodeStorageAndEveryState() {
    JsonNode status = rest.get("/api/v1/status").json();

    assertThat(status.path("version").asText()).isEqualTo("1.2.3");
    assertThat(status.path("node").asText()).isEqualTo("node-a");
    assertThat(status.at("/storage/ok").asBoolean()).isTrue();
    assertThat(status.at("/agents/total").asLong()).isZero();
    assertThat(status.at("/agents/byState").size()).isEqualTo(ConnectionState.values().length);
    assertThat(status.at("/agents/byState/Connected").asLong(-1)).isZero();
  }

  @Test
  void healthIsGreenWhileStorageWorksAndRedAfterwards() {
    RestFixture.Answer green = rest.get("/api/v1/health");
    assertThat(green.status()).isEqualTo(200);
    assertThat(green.json().path("healthy").asBoolean()).isTrue();

    rest.injector.getInstance(Storage.class).close();

    RestFixture.Answer red = rest.get("/api/v1/health");
    assertThat(red.status()).isEqualTo(503);
    assertThat(red.json().path("healthy").asBoolean()).isFalse();
    assertThat(red.json().at("/checks/0/message").asText()).isNotBlank();
    assertThat(rest.get("/api/v1/status").status()).isEqualTo(200);
  }

  @Test
  void healthIsRedWhileTheServerDrainsAndTheProcessCountsAsAlive_D12() {
    rest.gate.drain(Duration.ZERO);

    RestFixture.Answer red = rest.get("/api/v1/health");
    assertThat(red.status()).isEqualTo(503);
    assertThat(red.json().at("/checks/0/ok").asBoolean()).as("storage").isTrue();
    assertThat(red.json().at("/checks/1/name").asText()).isEqualTo("draining");
    assertThat(red.json().at("/checks/1/message").asText())
        .isEqualTo("the server is shutting down");
    assertThat(rest.get("/api/v1/health/live").status()).isEqualTo(200);
    assertThat(rest.get("/api/v1/status").json().at("/admission/draining").asBoolean()).isTrue();
  }

  @Test
  void theProcessCountsAsAliveThoughStorageFails() {
    rest.injector.getInstance(Storage.class).close();

    RestFixture.Answer live = rest.get("/api/v1/health/live");

    assertThat(live.status()).isEqualTo(200);
    assertThat(live.json().path("healthy").asBoolean()).isTrue();
  }

  @Test
  void statusTellsWhoIsRefusedAndWhatIsBuffered() {
    rest.memory.reserve(990);
    rest.gate.seat().orElseThrow().connect();
    rest.memory.release(900);
    rest.gate.seat().orElseThrow().connect();

    JsonNode admission = rest.get("/api/v1/status").json().path("admission");

    assertThat(admission.path("connections").asInt()).isEqualTo(1);
    assertThat(admission.path("maxConnections").asInt()).isEqualTo(100_000);
    assertThat(admission.path("draining").asBoolean(true)).isFalse();
    assertThat(admission.path("refused").toString())
        .isEqualTo("{\"draining\":0,\"overloaded\":1,\"full\":0,\"rate\":0}");
    assertThat(admission.path("bufferedBytes").asInt()).isEqualTo(90);
    assertThat(admission.path("maxBufferedBytes").asInt()).isEqualTo(1_000);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/api/v1/nothing,404",
    "GET,/nothing,404",
    "GET,/api/v1,404",
    "PATCH,/api/v1/agents,405",
    "POST,/api/v1/agents,405",
    "DELETE,/api/v1/configurations,405",
  })
  void whatIsNotThereIsAProblemToo(String method, String path, int status) {
    RestFixture.Answer answer = rest.call(method, path, method.equals("POST") ? "{}" : null);

    assertProblem(answer, status, "about:blank");
    if (status == 405) {
      assertThat(answer.header("Allow")).contains("GET");
    }
  }

  @Test
  void mediaTypesNobodySpeaksAreProblemsToo() {
    assertProblem(rest.get("/api/v1/agents", "Accept", "text/html"), 406, "about:blank");
    assertProblem(
        rest.call("POST", "/api/v1/configurations", "a: 1", "Content-Type", "text/yaml"),
        415,
        "about:blank");
  }

  @ParameterizedTest
  @CsvSource({
    "Accept,application/json;q=abc",
    "Accept,/",
    "Content-Type,a",
    "Content-Type,application/json; charset",
  })
  void headersThatCannotBeReadAreNamed(String header, String value) {
    RestFixture.Answer answer = rest.call("POST", "/api/v1/configurations", "{}", header, value);

    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.errors()).singleElement().asString().startsWith(header + ": is not a ");
  }

  @Test
  void anUnexpectedFailureTellsAnIdAndNothingElse() {
    rest.directoryFailure = new IllegalStateException("secret detail");

    RestFixture.Answer answer = rest.get(AGENT);

    assertProblem(answer, 500, "internal-error");
    assertThat(answer.json().path("errorId").asText()).isEqualTo("error-1");
    assertThat(answer.text()).doesNotContain("secret").doesNotContain("IllegalState");
  }

  @Test
  void storageThatMayComeBackIsAnsweredWithWhenToTryAgain() {
    rest.directoryFailure = new StorageException("lost", true, null);
    RestFixture.Answer again = rest.get(AGENT);
    assertProblem(again, 503, "storage-unavailable");
    assertThat(again.header("Retry-After")).isEqualTo("5");

    rest.directoryFailure = new StorageException("corrupt", false, null);
    assertProblem(rest.get(AGENT), 500, "internal-error");
  }

  @Test
  void aFullStorageIsAnsweredWith507() {
    rest.directoryFailure = new StorageException("secret path", Reason.FULL, null);
    RestFixture.Answer full = rest.get(AGENT);

    assertProblem(full, 507, "storage-full");
    assertThat(full.header("Retry-After")).isNull();
    assertThat(full.text()).doesNotContain("secret");
  }

  @Test
  void aFailureInTheMiddleOfAListingIsAnsweredToo() {
    rest.agents.put(new InstanceUid(1, 1), null);

    assertProblem(rest.get("/api/v1/agents"), 500, "internal-error");
  }
}
