package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerToAgent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** An agent's end of a connection, message by message and the same over both transports. */
interface Talker extends AutoCloseable {

  /** The two transports. */
  enum Over {
    WEBSOCKET,
    HTTP;

    /** A connection to the default path of a server on this machine. */
    Talker connect(int port) throws IOException {
      return this == HTTP ? new Posts(port) : new Socket(new RawWebSocket(port));
    }
  }

  /** Sends a message and takes the next one of the server's, which should be the answer. */
  ServerToAgent say(AgentToServer message) throws IOException;

  /**
   * What the server has to say by itself: over a WebSocket its next message, over HTTP, where it
   * cannot begin, its answer to this poll.
   */
  ServerToAgent hear(AgentToServer poll) throws IOException;

  /** Fails if the server has said more than was taken. */
  void expectNothingMore() throws IOException;

  @Override
  void close() throws IOException;

  /** Over a WebSocket. */
  record Socket(RawWebSocket socket) implements Talker {
    @Override
    public ServerToAgent say(AgentToServer message) throws IOException {
      byte[] frame = new byte[message.getSerializedSize() + 1];
      System.arraycopy(message.toByteArray(), 0, frame, 1, frame.length - 1);
      socket.send(RawWebSocket.masked(RawWebSocket.BINARY, frame));
      return socket.answer();
    }

    @Override
    public ServerToAgent hear(AgentToServer poll) throws IOException {
      return socket.answer();
    }

    @Override
    public void expectNothingMore() throws IOException {
      socket.expectNothingMore();
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  /** Over plain HTTP, where the server says nothing that is not an answer. */
  record Posts(HttpClient client, URI endpoint) implements Talker {
    Posts(int port) {
      this(
          HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build(),
          URI.create("http://127.0.0.1:" + port + "/v1/opamp"));
    }

    HttpResponse<byte[]> post(AgentToServer message, String... headers) throws IOException {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(endpoint)
              .timeout(Duration.ofSeconds(Waiting.SECONDS))
              .header("Content-Type", "application/x-protobuf")
              .POST(HttpRequest.BodyPublishers.ofByteArray(message.toByteArray()));
      if (headers.length > 0) {
        request.headers(headers);
      }
      try {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      } catch (InterruptedException e) {
        throw new AssertionError("interrupted", e);
      }
    }

    @Override
    public ServerToAgent say(AgentToServer message) throws IOException {
      HttpResponse<byte[]> response = post(message);
      assertThat(response.statusCode()).isEqualTo(200);
      return ServerToAgent.parseFrom(response.body());
    }

    @Override
    public ServerToAgent hear(AgentToServer poll) throws IOException {
      return say(poll);
    }

    @Override
    public void expectNothingMore() {}

    @Override
    public void close() {}
  }
}
