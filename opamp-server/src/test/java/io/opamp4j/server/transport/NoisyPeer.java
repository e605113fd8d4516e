package io.opamp4j.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import java.io.ByteArrayInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Sends {@link Noise} over a WebSocket and an HTTP connection, opened again whenever the server had
 * enough, and waits after each shot until the server has seen to it. Whatever comes back must be
 * something a server says on purpose. One thread.
 */
final class NoisyPeer implements Closeable {
  private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

  /** Violations, limits, malformed messages in a row, and the echo of what the peer closed with. */
  private static final Set<Integer> FAIR_CODES = Set.of(1002, 1003, 1007, 1009);

  private final int port;
  private final Noise noise;
  private int shots;
  private @Nullable RawPeer webSocket;
  private @Nullable RawPeer http;

  NoisyPeer(int port, long seed) {
    this.port = port;
    this.noise = new Noise(seed);
  }

  void shoot() throws IOException {
    Noise.Shot shot = noise.next();
    shots++;
    if (shot.http()) {
      shootHttp(shot);
    } else {
      shootWebSocket(shot);
    }
  }

  @Override
  public void close() throws IOException {
    closeWebSocket();
    closeHttp();
  }

  private void shootWebSocket(Noise.Shot shot) throws IOException {
    if (webSocket == null) {
      webSocket = RawPeer.webSocket(port, noise.chance(4) ? "" : DEFLATE);
    }
    webSocket.send(shot.bytes());
    if (shot.last()) {
      end(webSocket);
      closeWebSocket();
      return;
    }
    byte[] number = ByteBuffer.allocate(4).putInt(shots).array();
    webSocket.send(WsBytes.frame(true, WsBytes.PING, number));
    while (webSocket != null) {
      RawPeer.Frame frame = webSocket.frame();
      if (frame.opcode() == WsBytes.CLOSE) {
        assertThat(frame.closeCode()).isIn(FAIR_CODES);
        end(webSocket);
        closeWebSocket();
      } else if (frame.opcode() == WsBytes.BINARY) {
        assertFair(frame);
      } else if (Arrays.equals(frame.payload(), number)) {
        return;
      }
    }
  }

  private void shootHttp(Noise.Shot shot) throws IOException {
    if (http == null) {
      http = new RawPeer(port);
    }
    http.send(shot.bytes());
    if (shot.last()) {
      assertThat(new String(end(http), StandardCharsets.ISO_8859_1)).doesNotContain("HTTP/1.1 500");
      closeHttp();
      return;
    }
    RawPeer.Response response = http.response();
    assertThat(response.status()).isIn(200, 400, 413);
    if (response.headers().getOrDefault("Connection", "").equals("close")) {
      closeHttp();
    }
  }

  private static void assertFair(RawPeer.Frame frame) throws IOException {
    byte[] payload = frame.payload();
    if (frame.compressed()) {
      byte[] whole = WsBytes.concat(payload, new byte[] {0, 0, (byte) 0xFF, (byte) 0xFF, 3, 0});
      payload =
          new InflaterInputStream(new ByteArrayInputStream(whole), new Inflater(true))
              .readAllBytes();
    }
    ServerToAgent answer = ServerToAgent.parser().parseFrom(payload, 1, payload.length - 1);
    assertThat(answer.getErrorResponse().getType())
        .as("%s", answer)
        .isNotEqualTo(
            answer.hasErrorResponse()
                ? ServerErrorResponseType.ServerErrorResponseType_Unknown
                : ServerErrorResponseType.UNRECOGNIZED);
  }

  /** Ends our half and waits until the server has ended its own. */
  private static byte[] end(RawPeer peer) throws IOException {
    try {
      peer.socket().shutdownOutput();
      return peer.rest();
    } catch (SocketException e) {
      // A reset is an end too; a server that does not end at all is a timeout.
      return new byte[0];
    }
  }

  private void closeWebSocket() throws IOException {
    if (webSocket != null) {
      webSocket.close();
      webSocket = null;
    }
  }

  private void closeHttp() throws IOException {
    if (http != null) {
      http.close();
      http = null;
    }
  }
}
