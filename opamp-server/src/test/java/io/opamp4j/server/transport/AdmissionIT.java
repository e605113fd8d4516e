package io.opamp4j.server.transport;

import static io.opamp4j.server.transport.ListenerUnderTest.RECEIVE_LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.server.ErrorResponses;
import io.opamp4j.core.timing.Admission.Reason;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who is let in, and what the others are told; time stands still unless it is moved. */
@ExtendWith(LeakCheck.class)
class AdmissionIT {
  private static final Duration MIN = Duration.ofSeconds(30);
  private static final int ROOM = 10 * RECEIVE_LIMIT;
  private static final String HANDSHAKE = RawPeer.handshake("/v1/opamp", "");
  private static final byte[] HEARTBEAT =
      HexFormat.of().parseHex("0a100190f5c27a3b7c118d220123456789ab2001");

  @Test
  void refusesUpgradesAboveTheRateWith429AndDifferentTimes_THROTTLE_06_THROTTLE_07_THROTTLE_10()
      throws IOException {
    try (ListenerUnderTest server = start(1_000, 2)) {
      List<RawPeer> in =
          List.of(RawPeer.webSocket(server.port()), RawPeer.webSocket(server.port()));
      List<Integer> told = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        RawPeer.Response refusal = refused(server, HANDSHAKE, 429);
        told.add(Integer.valueOf(refusal.headers().get("Retry-After")));
      }
      // Four fifths of two per second, in whole seconds.
      assertThat(told).containsExactly(30, 31, 32, 32, 33, 34, 34, 35);

      server.time().advance(Duration.ofSeconds(1));
      RawPeer.webSocket(server.port()).close();
      for (RawPeer peer : in) {
        peer.close();
      }
      assertThat(server.gate().status().refused()).containsEntry(Reason.RATE, 8L);
    }
  }

  @Test
  void aHandshakeThatIsNotInOrderCostsNothing_E_11() throws IOException {
    try (ListenerUnderTest server = start(1_000, 1)) {
      for (int i = 0; i < 5; i++) {
        assertThat(answer(server, HANDSHAKE.replace("Version: 13", "Version: 8")).status())
            .isEqualTo(426);
      }
      RawPeer.webSocket(server.port()).close();
    }
  }

  @Test
  void doesNotLimitTheRateOfPolls() throws IOException {
    try (ListenerUnderTest server = start(1_000, 1);
        RawPeer peer = new RawPeer(server.port())) {
      for (int i = 0; i < 20; i++) {
        peer.send(poll());
        assertThat(peer.response().status()).isEqualTo(200);
        assertThat(answer(server, post(0)).status()).isEqualTo(200);
      }
      RawPeer.webSocket(server.port()).close();
    }
  }

  @Test
  void countsBothTransportsAndRefusesBeforeTheBodyComesWhenFull_THROTTLE_06() throws Exception {
    try (ListenerUnderTest server = start(2, 1_000);
        RawPeer socket = RawPeer.webSocket(server.port());
        RawPeer poller = new RawPeer(server.port())) {
      poller.send(poll());
      assertThat(poller.response().status()).isEqualTo(200);

      refused(server, HANDSHAKE, 503);
      RawPeer.Response refusal =
          refused(
              server,
              post(1_000).replace("Content-Length", "Expect: 100-continue\r\nContent-Length"),
              503);
      assertThat(refusal.text()).isEqualTo("too many connections\n");
      assertThat(server.gate().status().refused()).containsEntry(Reason.FULL, 2L);
      poller.send(poll());
      assertThat(poller.response().status()).as("who is in stays in").isEqualTo(200);

      socket.send(WsBytes.close(1000));
      assertThat(socket.frame().closeCode()).isEqualTo(1000);
      assertThat(socket.isAtEnd()).isTrue();
      RawPeer.webSocket(server.port()).close();
    }
  }

  @Test
  void neverRefusesOperatorsForWhatAgentsDo() throws IOException {
    try (ListenerUnderTest server = start(1, 1);
        RawPeer socket = RawPeer.webSocket(server.port())) {
      refused(server, HANDSHAKE, 503);
      server.memory().reserve(ROOM);
      refused(server, HANDSHAKE, 503);
      server.gate().drain(Duration.ZERO);
      refused(server, HANDSHAKE, 503);
      for (int i = 0; i < 50; i++) {
        assertThat(answer(server, get("/")).status()).isEqualTo(200);
        assertThat(answer(server, get("/api/v1/nothing")).status()).isEqualTo(404);
      }
      socket.send(WsBytes.binary(new byte[0]));
      assertThat(socket.frame().opcode()).as("nor who is connected").isEqualTo(WsBytes.BINARY);
      server.memory().release(ROOM);
    }
  }

  @Test
  void refusesNewWorkBeforeItIsReadWhenThereIsTooMuch_E_57() throws IOException {
    try (ListenerUnderTest server = start(1_000, 1_000);
        RawPeer peer = new RawPeer(server.port())) {
      peer.send(poll());
      assertThat(peer.response().status()).isEqualTo(200);
      server.memory().reserve(ROOM / 8 * 7 + 1);

      peer.send(post(RECEIVE_LIMIT));
      RawPeer.Response refusal = peer.response();

      assertThat(refusal.status()).isEqualTo(503);
      assertThat(refusal.headers()).containsEntry("Retry-After", "30");
      assertThat(refusal.headers()).containsEntry("Connection", "close");
      assertThat(peer.isAtEnd()).isTrue();
      assertThat(refused(server, HANDSHAKE, 503).text()).contains("overloaded");
      server.memory().release(server.memory().used());
    }
  }

  @Test
  void saysOverHttpBothByStatusAndInTheProtocolThatAMessageWasTooMuch_E_57() throws IOException {
    try (ListenerUnderTest server = start(1_000, 1_000);
        RawPeer peer = new RawPeer(server.port())) {
      server
          .inbox()
          .answerWith(
              (connection, message) ->
                  connection.send(
                      ErrorResponses.unavailable(
                          message.getInstanceUid(), "too much", Duration.ofMillis(30_001))));
      peer.send(poll());

      RawPeer.Response refusal = peer.response();

      assertThat(refusal.status()).isEqualTo(503);
      assertThat(refusal.headers())
          .containsEntry("Retry-After", "31")
          .containsEntry("Content-Type", "application/x-protobuf");
      assertThat(ServerToAgent.parseFrom(refusal.body()).getErrorResponse().getType())
          .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_Unavailable);
    }
  }

  private static ListenerUnderTest start(int connections, int rate) throws IOException {
    return ListenerUnderTest.start(new ServerConfig.Admission(connections, rate, MIN), ROOM);
  }

  private static RawPeer.Response refused(ListenerUnderTest server, String request, int status)
      throws IOException {
    try (RawPeer peer = new RawPeer(server.port())) {
      peer.send(request);
      RawPeer.Response response = peer.response();
      assertThat(response.status()).isEqualTo(status);
      assertThat(response.headers()).containsKey("Retry-After");
      assertThat(response.headers()).containsEntry("Connection", "close");
      assertThat(peer.isAtEnd()).isTrue();
      return response;
    }
  }

  private static RawPeer.Response answer(ListenerUnderTest server, String request)
      throws IOException {
    try (RawPeer peer = new RawPeer(server.port())) {
      peer.send(request);
      return peer.response();
    }
  }

  private static byte[] poll() {
    byte[] head = post(HEARTBEAT.length).getBytes(StandardCharsets.ISO_8859_1);
    return WsBytes.concat(head, HEARTBEAT);
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  private static String post(int length) {
    return "POST /v1/opamp HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
        + "Content-Length: "
        + length
        + "\r\n\r\n";
  }
}
