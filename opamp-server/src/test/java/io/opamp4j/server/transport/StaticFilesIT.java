package io.opamp4j.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class StaticFilesIT {
  private static ListenerUnderTest server;
  private RawPeer peer;

  @BeforeAll
  static void start() throws IOException {
    server = ListenerUnderTest.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void connect() throws IOException {
    peer = new RawPeer(server.port());
  }

  @AfterEach
  void disconnect() throws IOException {
    peer.close();
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html; charset=utf-8, <title>Agents",
    "/?x=1, text/html; charset=utf-8, <title>Agents",
    "http://x/index.html, text/html; charset=utf-8, <title>Agents",
    "/app.css, text/css; charset=utf-8, body {",
    "/app.js, text/javascript; charset=utf-8, textContent",
    "/rollouts.js, text/javascript; charset=utf-8, /api/v1/rollouts",
    "/favicon.svg, image/svg+xml, <svg",
  })
  void servesTheFilesOfTheUi(String path, String contentType, String content) throws IOException {
    RawPeer.Response response = request("GET", path, "");

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.text()).contains(content);
    assertThat(response.headers())
        .containsEntry("Content-Type", contentType)
        .containsEntry("X-Content-Type-Options", "nosniff")
        .containsEntry("Cache-Control", "no-cache")
        .hasEntrySatisfying(
            "Content-Security-Policy",
            policy -> assertThat(policy).contains("default-src 'none'").doesNotContain("unsafe"));
  }

  @Test
  void theUiLivesWithItsSecurityPolicy() throws IOException {
    assertThat(request("GET", "/", "").text())
        .doesNotContainPattern("<script>|<style|style=|onclick=|https?://");
    for (String script : new String[] {"/app.js", "/rollouts.js"}) {
      assertThat(request("GET", script, "").text())
          .as(script)
          .doesNotContain(
              "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", ".style");
    }
  }

  @Test
  void thePageFollowsTheEventsAndPollsWithoutThem() throws IOException {
    assertThat(request("GET", "/", "").text())
        .contains("src=\"/app.js\" defer", "src=\"/rollouts.js\" defer", "id=\"rollouts\"");
    assertThat(request("GET", "/app.js", "").text())
        .contains("new EventSource(\"/api/v1/events/stream?", "? STREAMED_MS : POLL_MS");
  }

  @Test
  void answers304ToWhoHasTheFile() throws IOException {
    String etag = request("GET", "/", "").headers().get("ETag");

    RawPeer.Response response = request("GET", "/", "If-None-Match: \"x\", W/" + etag + "\r\n");

    assertThat(response.status()).isEqualTo(304);
    assertThat(response.headers()).containsEntry("ETag", etag);
    assertThat(request("GET", "/", "If-None-Match: \"x\"\r\n").status()).isEqualTo(200);
  }

  @Test
  void answersHeadWithoutBodyAndRefusesOtherMethods() throws IOException {
    peer.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(peer.response(true).headers()).doesNotContainEntry("Content-Length", "0");

    RawPeer.Response response = request("POST", "/", "Content-Length: 0\r\n");
    assertThat(response.status()).isEqualTo(405);
    assertThat(response.headers()).containsEntry("Allow", "GET, HEAD");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/nothing",
        "/ui/index.html",
        "//index.html",
        "/./index.html",
        "/../ui/index.html",
        "/..%2fui%2findex.html",
        "/%2e%2e/io/opamp4j/server/ServerConfig.class",
        "/io/opamp4j/server/ServerConfig.class",
        "/index.html%00.js",
        "/index.html/",
        "*",
      })
  void servesNothingElse(String path) throws IOException {
    assertThat(request("GET", path, "").status()).isEqualTo(404);
  }

  private RawPeer.Response request(String method, String path, String headers) throws IOException {
    peer.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
    return peer.response();
  }
}
