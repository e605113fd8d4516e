package io.opamp4j.ctl.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A server that answers as it was told and remembers what it was asked. What it was not told to
 * answer is 404 without a body, as in a server that lacks the endpoint.
 */
final class StubServer implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, Deque<Reply>> replies = new HashMap<>();
  private final List<Request> requests = new ArrayList<>();

  /** What came in. */
  record Request(String line, Map<String, String> headers, String body) {
    String header(String name) {
      return headers.get(name.toLowerCase(java.util.Locale.ROOT));
    }
  }

  /** What goes out. */
  record Reply(int status, Map<String, String> headers, String body) {
    static Reply ok(String body) {
      return new Reply(200, Map.of("Content-Type", "application/json"), body);
    }

    static Reply tagged(String etag, String body) {
      return new Reply(200, Map.of("ETag", etag), body);
    }

    static Reply problem(int status, String body) {
      return new Reply(status, Map.of("Content-Type", "application/problem+json"), body);
    }

    static Reply status(int status) {
      return new Reply(status, Map.of(), "");
    }
  }

  StubServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Answers this request so; of several answers each is given once, the last for ever. */
  StubServer on(String line, Reply... answers) {
    synchronized (replies) {
      replies.computeIfAbsent(line, any -> new ArrayDeque<>()).addAll(List.of(answers));
    }
    return this;
  }

  /** Answers with this JSON. */
  StubServer on(String line, String json) {
    return on(line, Reply.ok(json));
  }

  List<Request> requests() {
    synchronized (replies) {
      return List.copyOf(requests);
    }
  }

  /** Method and path with parameters of every request. */
  List<String> lines() {
    return requests().stream().map(Request::line).toList();
  }

  Request last() {
    List<Request> all = requests();
    return all.get(all.size() - 1);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      String line =
          exchange.getRequestMethod()
              + " "
              + exchange.getRequestURI().toString().replaceFirst("^/api/v1", "");
      Map<String, String> headers = new HashMap<>();
      exchange
          .getRequestHeaders()
          .forEach(
              (name, values) ->
                  headers.put(name.toLowerCase(java.util.Locale.ROOT), values.get(0)));
      Reply reply;
      synchronized (replies) {
        requests.add(new Request(line, headers, body));
        Deque<Reply> left = replies.getOrDefault(line, new ArrayDeque<>());
        reply = left.isEmpty() ? Reply.status(404) : left.size() > 1 ? left.poll() : left.peek();
      }
      reply.headers().forEach((name, value) -> exchange.getResponseHeaders().add(name, value));
      byte[] bytes = reply.body().getBytes(UTF_8);
      if (reply.status() < 0) {
        // The connection breaks without an answer.
        exchange.close();
        return;
      }
      exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }
}
