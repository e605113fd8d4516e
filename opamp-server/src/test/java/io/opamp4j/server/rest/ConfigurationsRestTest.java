package io.opamp4j.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.server.fleet.AgentNote;
import io.opamp4j.server.fleet.Components;
import io.opamp4j.server.fleet.FleetSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ConfigurationsRestTest {
  private static final String PATH = "/api/v1/configurations";
  private static final String WEB =
      """
      {"name": "web", "selector": "env == prod", "priority": 5, "description": "front ends",
       "files": {"collector.yaml": {"contentType": "text/yaml", "body": "receivers:\\n"},
                 "key.bin": {"bodyBase64": "AP+A"}}}
      """;

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
  void creates() {
    RestFixture.Answer answer = rest.call("POST", PATH, WEB);

    assertThat(answer.status()).as(answer.text()).isEqualTo(201);
    assertThat(answer.header("Location")).isEqualTo(PATH + "/web");
    assertThat(answer.header("ETag")).isEqualTo("\"1\"");
    JsonNode json = answer.json();
    assertThat(json.path("selector").asText()).isEqualTo("env=prod");
    assertThat(json.path("version").asLong()).isEqualTo(1);
    assertThat(json.path("hash").asText()).matches("[0-9a-f]{64}");
    assertThat(json.path("created").asText()).isEqualTo("2026-11-22T10:00:00Z");
    assertThat(json.at("/files/collector.yaml/body").asText()).isEqualTo("receivers:\n");
    assertThat(json.at("/files/collector.yaml").has("bodyBase64")).isFalse();
    assertThat(json.at("/files/key.bin/bodyBase64").asText()).isEqualTo("AP+A");
    assertThat(rest.get(PATH + "/web").json()).isEqualTo(json);
  }

  @Test
  void theFleetOfThisNodeKnowsAChangeWhenItIsAnswered() {
    FleetSource fleet = rest.injector.getInstance(FleetSource.class);

    rest.call("POST", PATH, WEB);
    assertThat(chosen(fleet)).isEqualTo("web v1");
    rest.call("PUT", PATH + "/web", WEB, "If-Match", "\"1\"");
    assertThat(chosen(fleet)).isEqualTo("web v2");
    rest.call("DELETE", PATH + "/web", null);
    assertThat(chosen(fleet)).isEmpty();
  }

  @Test
  void aTakenNameIsAConflict() {
    rest.call("POST", PATH, WEB);

    RestFixture.Answer answer = rest.call("POST", PATH, WEB);

    assertProblem(answer, 409, "already-exists");
    assertThat(answer.json().path("currentVersion").asLong()).isEqualTo(1);
  }

  @Test
  void whatWasReadCanBeEditedAndSentBack() {
    rest.call("POST", PATH, WEB);
    RestFixture.Answer read = rest.get(PATH + "/web");

    RestFixture.Answer answer =
        rest.call("PUT", PATH + "/web", read.text(), "If-Match", read.header("ETag"));

    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    assertThat(answer.header("ETag")).isEqualTo("\"2\"");
    assertThat(answer.json().path("hash")).isEqualTo(read.json().path("hash"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // name | If-Match | If-None-Match | status | type; "web" is at version 2
        "web|\"2\"||200|",
        "web|*||200|",
        "web|\"1\", \"2\"||200|",
        "web|\"1\"||412|version-conflict",
        "web|W/\"2\"||412|version-conflict",
        "web|2||400|invalid-request",
        "web|\"2||400|invalid-request",
        "web||*|412|version-conflict",
        "web||\"2\"|400|invalid-request",
        "web|\"2\"|*|400|invalid-request",
        "web|||428|precondition-required",
        "new||*|201|",
        "new|*||412|version-conflict",
        "new|\"1\"||412|version-conflict",
        "new|||428|precondition-required",
      })
  void writesOnlyWhatItsPreconditionsAllow(
      String name, String ifMatch, String ifNoneMatch, int status, String type) {
    rest.call("POST", PATH, WEB);
    rest.call("PUT", PATH + "/web", WEB, "If-Match", "\"1\"");
    String body = WEB.replace("\"name\": \"web\",", "");
    String[] headers =
        ifMatch != null && ifNoneMatch != null
            ? new String[] {"If-Match", ifMatch, "If-None-Match", ifNoneMatch}
            : ifMatch != null
                ? new String[] {"If-Match", ifMatch}
                : ifNoneMatch != null ? new String[] {"If-None-Match", ifNoneMatch} : new String[0];

    RestFixture.Answer answer = rest.call("PUT", PATH + "/" + name, body, headers);

    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    boolean written = status < 300;
    if (!written) {
      assertProblem(answer, status, type);
    }
    if (status == 412 && name.equals("web")) {
      assertThat(answer.json().path("currentVersion").asLong()).isEqualTo(2);
      assertThat(answer.header("ETag")).isEqualTo("\"2\"");
    }
    long version = rest.get(PATH + "/web").json().path("version").asLong();
    assertThat(version).isEqualTo(written && name.equals("web") ? 3 : 2);
  }

  @Test
  void deletes() {
    rest.call("POST", PATH, WEB);

    assertProblem(
        rest.call("DELETE", PATH + "/web", null, "If-Match", "\"7\""), 412, "version-conflict");
    assertThat(rest.call("DELETE", PATH + "/web", null, "If-Match", "\"1\"").status())
        .isEqualTo(204);
    assertProblem(rest.call("DELETE", PATH + "/web", null), 404, "not-found");
    assertProblem(rest.get(PATH + "/web"), 404, "not-found");
    assertProblem(rest.get(PATH + "/No_Name"), 404, "not-found");
  }

  @Test
  void unchangedIsNotSentAgain() {
    rest.call("POST", PATH, WEB);

    RestFixture.Answer answer = rest.get(PATH + "/web", "If-None-Match", "\"1\"");

    assertThat(answer.status()).isEqualTo(304);
    assertThat(answer.bytes()).isEmpty();
    assertProblem(rest.get(PATH + "/web", "If-Match", "\"2\""), 412, "about:blank");
  }

  @Test
  void listsByPage() {
    for (String name : List.of("c", "a", "b")) {
      rest.call("POST", PATH, WEB.replace("\"web\"", "\"" + name + "\""));
    }
    rest.documents().put("configuration", "bb", ByteString.copyFromUtf8("?"), 0);

    JsonNode first = rest.get(PATH + "?limit=2").json();
    JsonNode second =
        rest.get(PATH + "?limit=2&cursor=" + first.path("nextCursor").asText()).json();

    assertThat(first.at("/items/0/name").asText()).isEqualTo("a");
    assertThat(first.at("/items/0/fileNames").toString())
        .isEqualTo("[\"collector.yaml\",\"key.bin\"]");
    assertThat(first.at("/items/1/name").asText()).isEqualTo("b");
    assertThat(first.has("unreadable")).isFalse();
    assertThat(second.at("/items/0/name").asText()).isEqualTo("c");
    assertThat(second.at("/unreadable/0/name").asText()).isEqualTo("bb");
    assertThat(second.has("nextCursor")).isFalse();
    assertProblem(rest.get(PATH + "/bb"), 500, "unreadable");
    assertThat(rest.call("DELETE", PATH + "/bb", null).status()).isEqualTo(204);
  }

  @Test
  void namesEveryProblemOfABodyAtOnce() {
    RestFixture.Answer answer =
        rest.call(
            "POST",
            PATH,
            """
            {"name": "Web!", "selector": "env prod", "description": "\\ud800",
             "files": {"a.yaml": {}, "b": {"body": "x", "bodyBase64": "eA=="}, "c": null,
                       "d": {"bodyBase64": "*"}, "e": {"body": "\\udc00"}}}
            """);

    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.errors())
        .anyMatch(error -> error.startsWith("name: must be 1 to 63"))
        .anyMatch(error -> error.startsWith("selector: column 5: expected"))
        .anyMatch(error -> error.startsWith("description: has half a surrogate"))
        .anyMatch(error -> error.startsWith("files[\"a.yaml\"]: must have either"))
        .anyMatch(error -> error.startsWith("files.b: must have either"))
        .anyMatch(error -> error.startsWith("files.c: must be an object"))
        .anyMatch(error -> error.startsWith("files.d.bodyBase64: is not Base64"))
        .anyMatch(error -> error.startsWith("files.e.body: has half a surrogate"))
        .hasSize(8);
    assertThat(answer.json().path("errors").valueStream().filter(e -> e.has("column")))
        .singleElement()
        .satisfies(error -> assertThat(error.path("column").asInt()).isEqualTo(5));
    assertThat(rest.get(PATH).json().path("items")).isEmpty();
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThat(rest.call("POST", PATH, "{}").errors())
        .anyMatch(error -> error.startsWith("name: is required"))
        .anyMatch(error -> error.startsWith("selector: is required"))
        .anyMatch(error -> error.startsWith("files: is required"))
        .hasSize(3);
    assertThat(rest.call("PUT", PATH + "/other", WEB, "If-None-Match", "*").errors())
        .containsExactly("name: is 'web', but 'other' is written");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // body | field | words
        "{\"selector\": \"\", \"colour\": {\"a\": [1]}, \"selektor\": 1}|colour|is not known",
        "{\"files\": {\"a\": {\"mode\": 7}}}|files.a.mode|is not known",
        "{\"priority\": \"5\"}|priority|whole number",
        "{\"priority\": 1.5}|priority|whole number",
        "{\"priority\": 99999999999}|priority|whole number",
        "{\"name\": 5}|name|must be text",
        "{\"name\": {\"x\": 1}}|name|must be text",
        "{\"files\": []}|files|must be an object",
        "{\"files\": {\"a.b\": \"text\"}}|files[\"a.b\"]|must be an object",
        "{\"files\": {\"a\": {\"body\": [\"x\"]}}}|files.a.body|must be text",
      })
  void wrongFieldsAreNamedByPath(String body, String field, String words) {
    RestFixture.Answer answer = rest.call("POST", PATH, body);

    assertProblem(answer, 400, "invalid-request");
    assertThat(answer.errors()).anyMatch(e -> e.startsWith(field + ": ") && e.contains(words));
  }

  @Test
  void allUnknownAndMistypedFieldsAreNamed() {
    assertThat(
            rest.call(
                    "POST",
                    PATH,
                    "{\"a\": 1, \"b\": {\"c\": []}, \"files\": {\"x\": {\"y\": []}}, \"name\": 1}")
                .errors())
        .extracting(error -> error.substring(0, error.indexOf(':')))
        .containsExactlyInAnyOrder("files.x.y", "a", "b", "name");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"name\": ?}|1|10",
        "{\"name\": \"a\"|1|13",
        "{\"name\": \"a\"} x|1|15",
        "[1]|0|0",
        "null|0|0",
        "7|0|0",
      })
  void whatIsNotJsonIsAnsweredWithThePlace(String body, int line, int column) {
    RestFixture.Answer answer = rest.call("POST", PATH, body);

    assertProblem(answer, 400, "invalid-json");
    if (line > 0) {
      JsonNode error = answer.json().at("/errors/0");
      assertThat(error.path("line").asInt()).as(answer.text()).isEqualTo(line);
      assertThat(error.path("column").asInt()).as(answer.text()).isEqualTo(column);
    }
  }

  @Test
  void aRepeatedFieldIsRefusedWithItsPlace() {
    RestFixture.Answer answer = rest.call("POST", PATH, "{\"name\": \"a\",\n \"name\": \"b\"}");

    assertProblem(answer, 400, "invalid-json");
    assertThat(answer.errors().get(0)).contains("Duplicate").contains("name");
    assertThat(answer.json().at("/errors/0/line").asInt()).isEqualTo(2);
  }

  @Test
  void aBodyWithEndlessMistakesIsAnsweredAfterSome() {
    StringBuilder body = new StringBuilder("{\"name\": \"a\"");
    for (int i = 0; i < 200; i++) {
      body.append(", \"x").append(i).append("\": 1");
    }

    assertThat(rest.call("POST", PATH, body + "}").errors()).hasSize(20);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " "})
  void anEmptyBodyIsABadRequest(String body) {
    RestFixture.Answer answer = rest.call("POST", PATH, body);

    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("Content-Type")).isEqualTo(Problem.MEDIA_TYPE);
  }

  @Test
  void aBodyAboveTheLimitIsRefusedWhetherAnnouncedOrNot() {
    String large = WEB.replace("receivers", "x".repeat(RestFixture.MAX_BODY));

    assertProblem(rest.call("POST", PATH, large), 413, "body-too-large");
    assertProblem(
        rest.call("POST", PATH, "{}", "Content-Length", "" + (RestFixture.MAX_BODY + 1)),
        413,
        "body-too-large");
    assertThat(rest.get(PATH).json().path("items")).isEmpty();
  }

  private static String chosen(FleetSource fleet) {
    return fleet
        .current()
        .resolve(
            AgentToServer.getDefaultInstance(),
            AgentNote.ofLabels(Map.of("env", "prod")),
            Components.UNKNOWN)
        .configName();
  }

  static void assertProblem(RestFixture.Answer answer, int status, String type) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo(Problem.MEDIA_TYPE);
    assertThat(answer.json().path("status").asInt()).isEqualTo(status);
    assertThat(answer.json().path("title").asText()).isNotBlank();
    assertThat(answer.json().path("type").asText())
        .isEqualTo(type.contains(":") ? type : "urn:opamp4j:problem:" + type);
  }
}
