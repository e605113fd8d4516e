package io.opamp4j.client;

import static io.opamp4j.client.Messages.UID;
import static io.opamp4j.client.Messages.answer;
import static io.opamp4j.client.Messages.framed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The way to the server through a proxy. */
@Timeout(30)
class ClientProxyIT {
  private final Heard heard = new Heard();

  @Test
  void conn29AWebSocketGoesThroughAProxyWithItsHeaders() throws Exception {
    try (WebSocketPeer.Port port = new WebSocketPeer.Port();
        Proxy proxy = new Proxy(port.number());
        OpampClient client =
            builder(URI.create("ws://opamp.invalid:4320"))
                .proxy(proxy.uri(), Map.of("Proxy-Authorization", "Basic eDp5", "X-Proxy", "z"))
                .build()) {
      client.start();
      WebSocketPeer peer = port.knock();
      assertThat(peer.header("proxy-authorization")).as("is for the proxy alone").isNull();
      peer.accept().read();
      peer.binary(framed(answer()));
      assertThat(heard.next()).isEqualTo("connected");
      assertThat(proxy.head())
          .startsWith("CONNECT opamp.invalid:4320 HTTP/1.1")
          .contains("Proxy-Authorization:Basic eDp5", "X-Proxy:z");
      client.stop(Duration.ZERO);
    }
  }

  @Test
  void conn29AnHttpRequestGoesThroughAProxyWithItsHeaders() throws Exception {
    try (Proxy proxy = new Proxy(0);
        OpampClient client =
            builder(URI.create("http://opamp.invalid:4320"))
                .proxy(proxy.uri(), Map.of("Proxy-Authorization", "Basic eDp5"))
                .build()) {
      client.start();
      assertThat(proxy.head())
          .startsWith("POST http://opamp.invalid:4320/v1/opamp HTTP/1.1")
          .containsIgnoringCase("Proxy-Authorization: Basic eDp5");
      client.stop(Duration.ZERO);
    }
  }

  @Test
  void whatAProxyCannotBeIsRefusedWhereItIsGiven() {
    ClientBuilder webSocket = builder(URI.create("ws://127.0.0.1:1"));
    for (String uri : new String[] {"https://p:1", "socks5://p:1", "http://p", "p"}) {
      assertThatThrownBy(() -> webSocket.proxy(URI.create(uri), Map.of()))
          .as(uri)
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> webSocket.proxy(URI.create("http://u:secret@p:1"), Map.of()))
        .message()
        .doesNotContain("secret");
    assertThatThrownBy(
            () ->
                builder(URI.create("https://127.0.0.1:1"))
                    .proxy(URI.create("http://p:1"), Map.of("X-Token", "secret")))
        .hasMessageContaining("X-Token")
        .message()
        .doesNotContain("secret");
  }

  private ClientBuilder builder(URI endpoint) {
    return OpampClient.builder(endpoint).instanceUid(UID).backoff(Messages.QUICK).listener(heard);
  }

  /** Joins every CONNECT to one port, and keeps the heads of all requests. */
  private static final class Proxy implements Closeable {
    private final ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    private final BlockingQueue<String> heads = new LinkedBlockingQueue<>();
    private final int target;

    Proxy(int target) throws IOException {
      this.target = target;
      daemon(this::accept);
    }

    URI uri() {
      return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    String head() throws InterruptedException {
      String head = heads.poll(10, TimeUnit.SECONDS);
      assertThat(head).isNotNull();
      return head;
    }

    private void accept() {
      try {
        while (true) {
          Socket from = server.accept();
          String head = readHead(from.getInputStream());
          heads.add(head);
          if (head.startsWith("CONNECT")) {
            Socket to = new Socket(InetAddress.getLoopbackAddress(), target);
            from.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes("US-ASCII"));
            daemon(() -> pump(from, to));
            daemon(() -> pump(to, from));
          }
        }
      } catch (IOException e) {
        // Closed.
      }
    }

    private static String readHead(InputStream in) throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
        int next = in.read();
        if (next < 0) {
          break;
        }
        head.write(next);
      }
      return head.toString(StandardCharsets.ISO_8859_1);
    }

    private static void pump(Socket from, Socket to) {
      try {
        from.getInputStream().transferTo(to.getOutputStream());
        to.close();
      } catch (IOException e) {
        // One side is gone.
      }
    }

    private static void daemon(Runnable work) {
      Thread thread = new Thread(work, "proxy");
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }
}
