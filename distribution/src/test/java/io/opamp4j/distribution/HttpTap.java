package io.opamp4j.distribution;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opamp4j.core.wire.Bodies;
import io.opamp4j.core.wire.MalformedMessageException;
import io.opamp4j.core.wire.Messages;
import io.opamp4j.proto.AgentToServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Stands between a polling client and the server, passes bytes on as they are, and keeps what
 * passed. Takes one request after the other, as one client sends them.
 */
final class HttpTap implements AutoCloseable {
  private static final List<String> PASSED =
      List.of("Content-Type", "Content-Encoding", "Accept-Encoding", "OpAMP-Instance-UID");

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicBoolean spoilNext = new AtomicBoolean();
  private final List<Passed> passed = new CopyOnWriteArrayList<>();
  private final HttpServer listener;
  private final URI target;

  /**
   * A request and its answer.
   *
   * @param request as the client wrote it
   * @param packed whether the request was compressed
   * @param status of the answer; 0 if there was none
   * @param answerPacked whether the answer was compressed
   */
  record Passed(AgentToServer request, boolean packed, int status, boolean answerPacked) {}

  HttpTap(int serverPort) throws IOException {
    target = URI.create("http://127.0.0.1:" + serverPort + "/v1/opamp");
    listener = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    listener.createContext("/v1/opamp", this::pass);
    listener.start();
  }

  URI endpoint() {
    return URI.create("http://127.0.0.1:" + listener.getAddress().getPort() + "/v1/opamp");
  }

  /** The next request reaches the server as rubbish. */
  void spoilNext() {
    spoilNext.set(true);
  }

  List<Passed> passed() {
    return List.copyOf(passed);
  }

  private void pass(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    boolean spoilt = spoilNext.getAndSet(false);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(target)
            .POST(
                HttpRequest.BodyPublishers.ofByteArray(
                    spoilt ? new byte[] {0x0A, 0x7F, 1, 2, 3} : body));
    for (String name : PASSED) {
      String value = exchange.getRequestHeaders().getFirst(name);
      if (value != null && !(spoilt && name.equals("Content-Encoding"))) {
        request.header(name, value);
      }
    }
    boolean packed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
    AgentToServer message = decoded(body, packed);
    try {
      HttpResponse<byte[]> answer =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      passed.add(
          new Passed(
              message,
              packed,
              answer.statusCode(),
              answer.headers().firstValue("Content-Encoding").isPresent()));
      for (String name : List.of("Content-Type", "Content-Encoding", "Retry-After")) {
        answer
            .headers()
            .firstValue(name)
            .ifPresent(value -> exchange.getResponseHeaders().set(name, value));
      }
      exchange.sendResponseHeaders(
          answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
      exchange.getResponseBody().write(answer.body());
    } catch (IOException e) {
      passed.add(new Passed(message, packed, 0, false));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      exchange.close();
    }
  }

  private static AgentToServer decoded(byte[] body, boolean packed) throws IOException {
    try {
      return Bodies.agentToServer(new ByteArrayInputStream(body), packed, Messages.DEFAULT_LIMIT);
    } catch (MalformedMessageException e) {
      throw new IOException("the client sent what cannot be read", e);
    }
  }

  @Override
  public void close() {
    listener.stop(0);
  }
}
