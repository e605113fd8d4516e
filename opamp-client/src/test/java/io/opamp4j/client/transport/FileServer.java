package io.opamp4j.client.transport;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;

/** A server of files on loopback, which can be told to misbehave, and remembers who asked. */
public final class FileServer implements AutoCloseable {
  private final HttpServer server;
  private final String scheme;
  private final ExecutorService executor = Executors.newCachedThreadPool();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();

  /**
   * What was asked; names of headers are in lower case. Over TLS, {@code certificate} is the name
   * in the client's.
   */
  public record Request(String path, Map<String, String> headers) {}

  /** How to answer. */
  @FunctionalInterface
  public interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  public FileServer() throws IOException {
    this(HttpServer.create(address(), 0), "http");
  }

  public FileServer(SSLContext context) throws IOException {
    this(secure(context), "https");
  }

  private FileServer(HttpServer server, String scheme) {
    this.server = server;
    this.scheme = scheme;
    server.setExecutor(executor);
    server.createContext("/", this::handle);
    server.start();
  }

  private static InetSocketAddress address() throws IOException {
    return new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0);
  }

  private static HttpServer secure(SSLContext context) throws IOException {
    HttpsServer server = HttpsServer.create(address(), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = context.getDefaultSSLParameters();
            wanted.setWantClientAuth(true);
            parameters.setSSLParameters(wanted);
          }
        });
    return server;
  }

  public URI uri(String path) {
    return URI.create(scheme + "://127.0.0.1:" + port() + path);
  }

  public int port() {
    return server.getAddress().getPort();
  }

  /** From now on this path is answered so. */
  public FileServer on(String path, Answer answer) {
    answers.put(path, answer);
    return this;
  }

  /** A file as any good server has it: with ranges and a strong ETag. */
  public static Answer file(byte[] content, String etag) {
    return exchange -> {
      String range = exchange.getRequestHeaders().getFirst("Range");
      String condition = exchange.getRequestHeaders().getFirst("If-Range");
      exchange.getResponseHeaders().set("ETag", etag);
      if (range == null || (condition != null && !condition.equals(etag))) {
        send(exchange, 200, content);
        return;
      }
      int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
      if (from >= content.length) {
        exchange.getResponseHeaders().set("Content-Range", "bytes */" + content.length);
        send(exchange, 416, new byte[0]);
        return;
      }
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
      send(exchange, 206, Arrays.copyOfRange(content, from, content.length));
    };
  }

  /** Promises all of the content and breaks off after so much. */
  public static Answer cut(byte[] content, int after) {
    return exchange -> {
      exchange.getResponseHeaders().set("ETag", "\"e\"");
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content, 0, after);
      exchange.getResponseBody().flush();
      throw new IOException("cut");
    };
  }

  public static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
  }

  /** What was asked so far, in order. */
  public List<Request> requests() {
    return requests;
  }

  private void handle(HttpExchange exchange) throws IOException {
    Map<String, String> headers = new ConcurrentHashMap<>();
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), values.get(0)));
    if (exchange instanceof HttpsExchange secure) {
      headers.put("certificate", certifiedName(secure));
    }
    String path = exchange.getRequestURI().getPath();
    requests.add(new Request(path, headers));
    answers.getOrDefault(path, missing -> send(missing, 404, new byte[0])).to(exchange);
    exchange.close();
  }

  private static String certifiedName(HttpsExchange exchange) {
    try {
      return exchange.getSSLSession().getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException e) {
      return "nobody";
    }
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
