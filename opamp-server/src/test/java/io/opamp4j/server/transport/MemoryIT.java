package io.opamp4j.server.transport;

import static io.opamp4j.server.transport.ListenerUnderTest.RECEIVE_LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.server.ServerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who pays for what is still coming in, and that nothing is paid for twice or for ever. */
@ExtendWith(LeakCheck.class)
class MemoryIT {
  private static final int ROOM = RECEIVE_LIMIT;
  private static final String UID = "0190f5c27a3b7c118d220123456789ab";
  private static final byte[] BODY = body(50_000);
  private static final byte[] MESSAGE = WsBytes.concat(new byte[1], BODY);

  private ListenerUnderTest server;

  @BeforeEach
  void start() throws IOException {
    server =
        ListenerUnderTest.start(
            new ServerConfig.Admission(1_000, 1_000, Duration.ofSeconds(30)), ROOM);
  }

  @AfterEach
  void nothingIsLeft() {
    server.close();
    assertThat(server.memory().used()).isZero();
  }

  @Test
  void paysForFragmentsUntilTheMessageIsWhole() throws Exception {
    try (RawPeer peer = RawPeer.webSocket(server.port())) {
      sendFragment(peer, true);
      assertThat(server.memory().used()).isEqualTo(30_000);

      peer.send(WsBytes.frame(true, WsBytes.CONTINUATION, rest()));
      assertThat(peer.frame().opcode()).isEqualTo(WsBytes.BINARY);
      assertThat(server.memory().used()).isZero();
    }
  }

  @Test
  void closesWhoseMessageDoesNotFitWhileItStillComes() throws Exception {
    try (RawPeer first = RawPeer.webSocket(server.port());
        RawPeer second = RawPeer.webSocket(server.port())) {
      server.memory().reserve(ROOM - 50_000);
      sendFragment(first, true);
      sendFragment(second, false);

      assertThat(second.frame().closeCode()).isEqualTo(1013);
      assertThat(server.memory().used()).as("what it had is given back").isEqualTo(ROOM - 20_000);
      first.send(WsBytes.frame(true, WsBytes.CONTINUATION, new byte[0]));
      assertThat(first.frame().opcode()).as("the other is not disturbed").isEqualTo(WsBytes.BINARY);
      server.memory().release(ROOM - 50_000);
    }
  }

  @Test
  void givesBackWhatAPeerHadSentThatDies() throws Exception {
    RawPeer dying = RawPeer.webSocket(server.port());
    sendFragment(dying, true);
    assertThat(server.memory().used()).isEqualTo(30_000);
    dying.reset();

    assertThat(server.inbox().next().kind()).isEqualTo("closed");
    assertThat(server.memory().used()).isZero();
  }

  @Test
  void refusesABodyThatDoesNotFitBeforeItIsWhole_E_57() throws Exception {
    try (RawPeer peer = new RawPeer(server.port())) {
      // Below seven eighths, or the head alone would be refused.
      server.memory().reserve(ROOM * 3 / 4);
      peer.send(post(BODY.length));
      peer.send(Arrays.copyOf(BODY, 30_000));

      RawPeer.Response response = peer.response();

      assertThat(response.status()).isEqualTo(503);
      assertThat(response.headers()).containsEntry("Retry-After", "30");
      assertThat(response.headers()).containsEntry("Connection", "close");
      assertThat(server.memory().used()).isEqualTo(ROOM * 3 / 4);
      assertThat(server.inbox().isEmpty()).isTrue();
      server.memory().release(ROOM * 3 / 4);
    }
  }

  @Test
  void aRefusedLastPieceIsNotTakenForTheMessage_E_57() throws Exception {
    try (RawPeer peer = new RawPeer(server.port())) {
      server.memory().reserve(ROOM * 3 / 4);
      peer.send(post(ROOM / 4 + 1));
      // One piece less than the last byte fits.
      peer.send(Arrays.copyOf(BODY, ROOM / 4));
      peer.send(new byte[1]);

      assertThat(peer.response().status()).isEqualTo(503);
      assertThat(server.inbox().isEmpty()).isTrue();
      server.memory().release(ROOM * 3 / 4);
    }
  }

  @Test
  void paysForABodyUntilItIsDecoded() throws Exception {
    try (RawPeer peer = new RawPeer(server.port())) {
      peer.send(WsBytes.concat(ascii(post(BODY.length)), BODY));
      assertThat(peer.response().status()).isEqualTo(200);
      assertThat(server.memory().used()).isZero();

      peer.send(WsBytes.concat(ascii(post(3)), new byte[] {1, 2, 3}));
      assertThat(peer.response().status()).isEqualTo(400);
      assertThat(server.memory().used()).isZero();
    }
  }

  /** Sends 30,000 bytes of a message, and waits until they have arrived. */
  private void sendFragment(RawPeer peer, boolean fits) throws IOException {
    peer.send(WsBytes.frame(false, WsBytes.BINARY, Arrays.copyOf(MESSAGE, 30_000)));
    if (fits) {
      peer.send(WsBytes.frame(true, WsBytes.PING, new byte[0]));
      assertThat(peer.frame().opcode()).isEqualTo(WsBytes.PONG);
    }
  }

  private static byte[] rest() {
    return Arrays.copyOfRange(MESSAGE, 30_000, MESSAGE.length);
  }

  private static byte[] body(int size) {
    return AgentToServer.newBuilder()
        .setInstanceUid(ByteString.fromHex(UID))
        .setAvailableComponents(
            AvailableComponents.newBuilder().setHash(ByteString.copyFrom(new byte[size])))
        .build()
        .toByteArray();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String post(int length) {
    return "POST /v1/opamp HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
        + "Content-Length: "
        + length
        + "\r\n\r\n";
  }
}
