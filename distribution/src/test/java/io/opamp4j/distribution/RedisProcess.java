package io.opamp4j.distribution;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import redis.embedded.RedisServer;

/** A real Redis on a free loopback port, from the binary that the test library brings along. */
final class RedisProcess implements AutoCloseable {
  private final RedisServer server;
  private final int port;

  private RedisProcess(RedisServer server, int port) {
    this.server = server;
    this.port = port;
  }

  static RedisProcess start(Path folder) {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Files.createDirectories(folder);
      int port = socket.getLocalPort();
      socket.close();
      RedisServer server =
          RedisServer.newRedisServer()
              .bind("127.0.0.1")
              .port(port)
              .setting("dir " + folder)
              .setting("save \"\"")
              .build();
      server.start();
      return new RedisProcess(server, port);
    } catch (IOException e) {
      throw new UncheckedIOException("Redis could not be started", e);
    }
  }

  /** As in {@code storage.redis.nodes}. */
  String node() {
    return "127.0.0.1:" + port;
  }

  /** Changes a setting of the running server, as {@code CONFIG SET} does. */
  void set(String setting, String value) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(30_000);
      socket
          .getOutputStream()
          .write("CONFIG SET %s %s\r\n".formatted(setting, value).getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readNBytes(5), US_ASCII);
      if (!answer.equals("+OK\r\n")) {
        throw new IllegalStateException("Redis did not take " + setting + ": " + answer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
