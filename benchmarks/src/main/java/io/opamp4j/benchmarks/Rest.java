package io.opamp4j.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An operator's requests to the server under measurement. */
final class Rest {
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI base;

  Rest(int port) {
    base = URI.create("http://127.0.0.1:" + port);
  }

  /** Reads the answer to a path with its query. */
  String get(String path) throws IOException, InterruptedException {
    return answer(HttpRequest.newBuilder(base.resolve(path)));
  }

  /** Sends JSON. */
  void post(String path, String json) throws IOException, InterruptedException {
    answer(
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  /** Sends JSON on a condition, given as a header. */
  void put(String path, String json, String condition, String value)
      throws IOException, InterruptedException {
    answer(
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", "application/json")
            .header(condition, value)
            .PUT(HttpRequest.BodyPublishers.ofString(json)));
  }

  /** The first number under this name in an answer. */
  static long number(String json, String name) {
    Matcher found = Pattern.compile("\"" + name + "\":(\\d+)").matcher(json);
    if (!found.find()) {
      throw new IllegalArgumentException("no " + name + " in " + json);
    }
    return Long.parseLong(found.group(1));
  }

  private String answer(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    if (answer.statusCode() >= 300) {
      throw new IOException(
          answer.uri() + " was answered with " + answer.statusCode() + ": " + answer.body());
    }
    return answer.body();
  }
}
