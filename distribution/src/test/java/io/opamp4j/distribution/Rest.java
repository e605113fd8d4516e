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
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** The server's REST API as an operator's script uses it. */
final class Rest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI base;

  Rest(URI base) {
    this.base = base;
  }

  /** Where the server is. */
  URI base() {
    return base;
  }

  JsonNode get(String path) {
    return send(HttpRequest.newBuilder(base.resolve(path)).build(), 200);
  }

  /** Waits until there is something under this path; returns it then. */
  JsonNode awaitFound(String path) {
    return Awaitility.await(path)
        .atMost(Duration.ofSeconds(Waiting.SECONDS))
        .pollInterval(Duration.ofMillis(50))
        .ignoreExceptionsMatching(AssertionError.class::isInstance)
        .until(() -> get(path), found -> true);
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

  /** Replaces what is there, whatever its version. */
  JsonNode put(String path, Object body) {
    try {
      HttpResponse<String> answer =
          exchange(
              "PUT",
              path,
              JSON.writeValueAsString(body),
              "Content-Type",
              "application/json",
              "If-Match",
              "*");
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return json(answer);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** All agents by uid, in brief. */
  Map<String, JsonNode> agents() {
    Map<String, JsonNode> agents = new TreeMap<>();
    String cursor = "";
    do {
      JsonNode page = get("/api/v1/agents?limit=1000" + cursor);
      page.get("items").forEach(agent -> agents.put(agent.get("instanceUid").asText(), agent));
      cursor = page.has("nextCursor") ? "&cursor=" + page.get("nextCursor").asText() : null;
    } while (cursor != null);
    return agents;
  }

  /**
   * Waits until the fleet is as expected.
   *
   * @param wrong what is not as expected, in words; empty if nothing
   */
  void awaitFleet(
      String what, Duration patience, Function<Map<String, JsonNode>, List<String>> wrong) {
    AtomicReference<List<String>> last = new AtomicReference<>(List.of("not asked yet"));
    try {
      Awaitility.await(what)
          .atMost(patience)
          .pollInterval(Duration.ofMillis(250))
          .until(
              () -> {
                last.set(wrong.apply(agents()));
                return last.get().isEmpty();
              });
    } catch (ConditionTimeoutException e) {
      List<String> problems = last.get();
      throw new AssertionError(
          "%s, but not within %s: %d wrong, such as%n%s"
              .formatted(
                  what,
                  patience,
                  problems.size(),
                  String.join("\n", problems.subList(0, Math.min(10, problems.size())))),
          e);
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

  /** Whether an agent as it is listed is connected and has applied this configuration. */
  static boolean runs(JsonNode agent, String hash) {
    return runs(agent, "Connected", hash);
  }

  /**
   * The same in another state.
   *
   * @param agent null if it is not listed
   */
  static boolean runs(JsonNode agent, String state, String hash) {
    return agent != null
        && agent.get("state").asText().equals(state)
        && agent.at("/remoteConfigStatus/hash").asText().equals(hash)
        && agent.at("/remoteConfigStatus/status").asText().equals("APPLIED");
  }

  /** A body as text. */
  static String text(Object body) {
    try {
      return JSON.writeValueAsString(body);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
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
