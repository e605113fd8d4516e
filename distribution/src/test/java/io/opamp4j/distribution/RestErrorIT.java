package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the packaged server answers to REST requests that are wrong: RFC 9457, naming the field. */
class RestErrorIT {
  @TempDir static Path folder;

  private static ServerProcess server;
  private static Rest rest;

  @BeforeAll
  static void start() {
    server = ServerProcess.jar(folder, "--server.port=0", "--storage.type=memory").start();
    rest = new Rest(server.url());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest(name = "{0} {1} {2} -> {3}: {4} at {5}:{6}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      emptyValue = "",
      value = {
        // method | path | body | type | field | line | column | words
        "POST|/configurations|{\"name\": ?}|invalid-json|``|1|10|Unexpected character",
        "POST|/configurations|{~ \"name\": \"a\",~ \"files\" {}}|invalid-json|``|3|10|expecting",
        "POST|/configurations|{\"name\": \"a\"|invalid-json|``|1|13|end-of-input",
        "POST|/configurations|[]|invalid-json|``|||JSON object",
        "POST|/configurations|{\"nane\": 1}|invalid-request|nane|||is not known; known are",
        "POST|/configurations|{\"files\": {\"a\": {\"mode\": 7}}}|invalid-request|files.a.mode"
            + "|||is not known",
        "POST|/configurations|{\"priority\": \"5\"}|invalid-request|priority|||whole number",
        "POST|/configurations|{\"selector\": \"env prod\"}|invalid-request|selector||5|expected",
        "POST|/configurations|{\"selector\": \"\"}|invalid-request|name|||is required",
        "POST|/configurations|{\"name\": \"Web!\"}|invalid-request|name|||1 to 63",
        "PUT|/configurations/web|{\"name\": \"b\"}|precondition-required||||If-Match",
        "GET|/configurations?limit=0||invalid-request|limit|||1 to 1000",
        "GET|/configurations?size=5||invalid-request|size|||is not known",
        "GET|/agents?selector=env%3D%3Da%2C%2C||invalid-request|selector||8|expected",
        "GET|/agents?state=Lost||invalid-request|state|||must be one of",
        "GET|/agents?cursor=x||invalid-request|cursor|||nextCursor",
        "GET|/agents/0190f5c2||invalid-request|uid|||UUID",
        "GET|/agents/0190f5c2-7a3b-7c11-8d22-0123456789ag||invalid-request|uid|||UUID",
      })
  void aWrongRequestIsAProblemThatNamesTheField(
      String method,
      String path,
      String body,
      String type,
      String field,
      Integer line,
      Integer column,
      String words) {
    HttpResponse<String> response =
        rest.exchange(
            method,
            "/api/v1" + path,
            body == null ? null : body.replace('~', '\n'),
            "Content-Type",
            "application/json");

    JsonNode problem = problem(response, type.equals("precondition-required") ? 428 : 400);
    assertThat(problem.path("type").asText()).isEqualTo("urn:opamp4j:problem:" + type);
    if (field == null) {
      assertThat(problem.path("detail").asText()).contains(words);
      return;
    }
    assertThat(problem.path("errors").valueStream())
        .as(response.body())
        .anySatisfy(
            error -> {
              assertThat(error.path("field").asText()).isEqualTo(field);
              assertThat(error.path("message").asText()).contains(words);
              assertThat(number(error, "line")).isEqualTo(line);
              assertThat(number(error, "column")).isEqualTo(column);
            });
  }

  @ParameterizedTest(name = "{0} {1} -> {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "DELETE | /agents | application/json | 405 | this path takes",
        "PATCH | /configurations/web | application/json | 405 | this path takes",
        "POST | /configurations | text/yaml | 415 | application/json",
        "GET | /nothing | application/json | 404 | nothing under this path",
        "GET | /configurations/web | application/json | 404 | there is no configuration web",
        "GET | /agents/0190f5c2-7a3b-7c11-8d22-0123456789ab | application/json | 404"
            + " | there is no agent 0190f5c2-7a3b-7c11-8d22-0123456789ab",
      })
  void whatIsNotThereOrNotTakenIsAProblemToo(
      String method, String path, String contentType, int status, String detail) {
    HttpResponse<String> response =
        rest.exchange(
            method,
            "/api/v1" + path,
            method.equals("GET") ? null : "{}",
            "Content-Type",
            contentType);

    assertThat(problem(response, status).path("detail").asText()).contains(detail);
    if (status == 405) {
      assertThat(response.headers().firstValue("Allow").orElse("")).contains("GET");
    }
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvSource({
    "Content-Type, a",
    "Content-Type, application/json; charset",
    "Accept, application/json;q=abc",
  })
  void aHeaderThatCannotBeReadIsNamed(String header, String value) {
    HttpResponse<String> response =
        rest.exchange("POST", "/api/v1/configurations", "{}", header, value);

    JsonNode problem = problem(response, 400);
    assertThat(problem.at("/errors/0/field").asText()).isEqualTo(header);
  }

  @Test
  void nothingOfAWrongBodyIsKept() {
    rest.exchange(
        "POST",
        "/api/v1/configurations",
        "{\"name\": \"half\", \"selector\": \"a b\", \"files\": {}}",
        "Content-Type",
        "application/json");

    assertThat(rest.get("/api/v1/configurations").get("items")).isEmpty();
  }

  private static JsonNode problem(HttpResponse<String> response, int status) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type"))
        .as(response.body())
        .hasValue("application/problem+json");
    JsonNode problem = Rest.json(response);
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("title").asText()).isNotBlank();
    return problem;
  }

  private static Integer number(JsonNode error, String name) {
    return error.has(name) ? error.get(name).asInt() : null;
  }
}
