package io.opamp4j.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ConfigurationVersionsRestTest {
  private static final String PATH = "/api/v1/configurations";

  private static RestFixture rest;

  @BeforeAll
  static void open() {
    rest = new RestFixture();
  }

  @BeforeEach
  void threeVersionsOfWhichTheSecondRuns() {
    rest.clear();
    rest.call("POST", PATH, body("a: 1\n"));
    rest.call("PUT", PATH + "/web", body("a: 2\n"), "If-Match", "\"1\"");
    rest.call("PUT", PATH + "/web?draft=true", body("a: 3\n"), "If-Match", "\"2\"");
  }

  @AfterAll
  static void close() {
    rest.close();
  }

  @Test
  void tellsWhatIsADraftAndWhatRuns() {
    JsonNode latest = rest.get(PATH + "/web").json();

    assertThat(latest.path("version").asLong()).isEqualTo(3);
    assertThat(latest.path("draft").asBoolean()).isTrue();
    assertThat(latest.path("runningVersion").asLong()).isEqualTo(2);
    assertThat(rest.get(PATH).json().at("/items/0/runningVersion").asLong()).isEqualTo(2);
  }

  @Test
  void listsVersionsByPage() {
    JsonNode first = rest.get(PATH + "/web/versions?limit=2").json();
    JsonNode second =
        rest.get(PATH + "/web/versions?limit=2&cursor=" + first.path("nextCursor").asText()).json();

    assertThat(first.path("items").valueStream().map(v -> v.path("version").asLong()).toList())
        .containsExactly(3L, 2L);
    assertThat(second.path("items").valueStream().map(v -> v.path("version").asLong()).toList())
        .containsExactly(1L);
    assertThat(second.has("nextCursor")).isFalse();
  }

  @Test
  void readsAVersionAsItWas() {
    JsonNode first = rest.get(PATH + "/web/versions/1").json();

    assertThat(first.at("/files/c.yaml/body").asText()).isEqualTo("a: 1\n");
    assertThat(first.path("runningVersion").asLong()).isEqualTo(2);
  }

  @Test
  void letsADraftGoAndReturnsToAnOldVersion() {
    RestFixture.Answer running = rest.get(PATH + "/web/running");
    assertThat(running.json().path("version").asLong()).isEqualTo(2);

    RestFixture.Answer letGo =
        rest.call(
            "PUT", PATH + "/web/running", "{\"version\": 3}", "If-Match", running.header("ETag"));
    assertThat(letGo.status()).as(letGo.text()).isEqualTo(200);
    assertThat(letGo.json().path("version").asLong()).isEqualTo(3);
    RestFixture.Answer stale =
        rest.call(
            "PUT", PATH + "/web/running", "{\"version\": 1}", "If-Match", running.header("ETag"));
    assertThat(stale.status()).isEqualTo(412);
    assertThat(stale.header("ETag")).isEqualTo(letGo.header("ETag"));
    RestFixture.Answer back =
        rest.call("PUT", PATH + "/web/running", "{\"version\": 1}", "If-Match", "*");
    assertThat(back.json().path("version").asLong()).isEqualTo(1);
    assertThat(rest.get(PATH + "/web").json().path("version").asLong()).isEqualTo(3);
  }

  @Test
  void comparesWhatRunsWithTheLatestUnlessToldOtherwise() {
    JsonNode usual = rest.get(PATH + "/web/diff").json();
    JsonNode back = rest.get(PATH + "/web/diff?from=3&to=1").json();
    JsonNode same = rest.get(PATH + "/web/diff?from=1&to=1").json();

    assertThat(usual.path("from").asLong()).isEqualTo(2);
    assertThat(usual.path("to").asLong()).isEqualTo(3);
    assertThat(usual.at("/files/0/change").asText()).isEqualTo("changed");
    assertThat(usual.at("/files/0/diff").asText())
        .isEqualTo("--- a/c.yaml\n+++ b/c.yaml\n@@ -1,1 +1,1 @@\n-a: 2\n+a: 3\n");
    assertThat(back.at("/files/0/diff").asText()).contains("-a: 3\n+a: 1\n");
    assertThat(same.path("files")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/web/versions/4,,,404",
    "GET,/web/versions/x,,,404",
    "GET,/none/versions,,,404",
    "GET,/none/running,,,404",
    "GET,/none/diff,,,404",
    "GET,/web/diff?from=9,,,404",
    "GET,/web/diff?from=0,,,400",
    "GET,/web/versions?cursor=x,,,400",
    "GET,/web/versions?limit=0,,,400",
    "PUT,/web?draft=maybe,body,*,400",
    "PUT,/web/running,{\"version\": 1},,428",
    "PUT,/web/running,{\"version\": 9},*,400",
    "PUT,/web/running,{},*,400",
    "PUT,/web/running,{\"version\": \"1\"},*,400",
    "PUT,/none/running,{\"version\": 1},*,404",
  })
  void answersWhatIsWrong(String method, String path, String body, String ifMatch, int status) {
    String[] headers = ifMatch == null ? new String[0] : new String[] {"If-Match", ifMatch};
    RestFixture.Answer answer =
        rest.call(
            method, PATH + path, body == null || !body.equals("body") ? body : body("x"), headers);

    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(answer.header("Content-Type")).isEqualTo(Problem.MEDIA_TYPE);
    assertThat(rest.get(PATH + "/web").json().path("version").asLong()).isEqualTo(3);
    assertThat(rest.get(PATH + "/web/running").json().path("version").asLong()).isEqualTo(2);
  }

  private static String body(String yaml) {
    return "{\"name\": \"web\", \"selector\": \"\", \"files\": {\"c.yaml\": {\"body\": \""
        + yaml.replace("\n", "\\n")
        + "\"}}}";
  }
}
