package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.opamp4j.core.InstanceUid;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** The server's REST API as an operator's script uses it. */
final class Rest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI base;

  Rest(URI base) {
    this.base = base;
  }

  JsonNode get(String path) {
    return send(HttpRequest.newBuilder(base.resolve(path)).build(), 200);
  }

  JsonNode post(String path, Object body) {
    try {
      return send(
          HttpRequest.newBuilder(base.resolve(path))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
              .build(),
          201);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Sends a request and takes whatever comes back.
   *
   * @param body null for none
   * @param headers names and values in turn
   */
  HttpResponse<String> exchange(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .timeout(Duration.ofSeconds(Waiting.SECONDS))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return exchange(request.build());
  }

  /** Waits until the agent is listed and is as expected; returns it then. */
  JsonNode awaitAgent(InstanceUid uid, String what, Predicate<JsonNode> expected) {
    return Awaitility.await(uid + " " + what)
        .atMost(Duration.ofSeconds(Waiting.SECONDS))
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptions()
        .until(() -> get("/api/v1/agents/" + uid), expected);
  }

  JsonNode awaitState(InstanceUid uid, String state) {
    return awaitAgent(uid, "becomes " + state, agent -> agent.get("state").asText().equals(state));
  }

  static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new AssertionError(response + " is no JSON: " + response.body(), e);
    }
  }

  private JsonNode send(HttpRequest request, int status) {
    HttpResponse<String> response = exchange(request);
    assertThat(response.statusCode()).as("%s: %s", request, response.body()).isEqualTo(status);
    return json(response);
  }

  private HttpResponse<String> exchange(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError(request + ": " + e, e);
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }
}
