package io.opamp4j.server.transport;

import static io.opamp4j.server.transport.ListenerUnderTest.RECEIVE_LIMIT;
import static io.opamp4j.server.transport.ListenerUnderTest.SEND_LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.agents.Connection;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LeakCheck.class)
class WebSocketIT {
  private static final String UID = "0190f5c27a3b7c118d220123456789ab";
  private static final byte[] HEARTBEAT = bytes("00 0a10" + UID + "2001");

  private static ListenerUnderTest server;
  private FakeInbox inbox;
  private RawPeer peer;

  @BeforeAll
  static void start() throws IOException {
    server = ListenerUnderTest.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void connect() throws IOException {
    inbox = server.inbox();
    inbox.answerWith(FakeInbox::echo);
    peer = RawPeer.webSocket(server.port());
  }

  @AfterEach
  void disconnect() throws Exception {
    peer.close();
    while (!inbox.next().kind().equals("closed")) {
      // What came before the end is not this test's.
    }
  }

  @Test
  void answersTheHandshakeWithTheAcceptKeyOfTheRfcAndNoSubprotocol() throws IOException {
    try (RawPeer other = new RawPeer(server.port())) {
      other.send(RawPeer.handshake("/v1/opamp", "Sec-WebSocket-Protocol: x\r\n"));

      RawPeer.Response response = other.response();

      assertThat(response.status()).isEqualTo(101);
      assertThat(response.headers())
          .containsEntry("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
          .containsKeys("Upgrade", "Connection")
          .doesNotContainKeys("Sec-WebSocket-Extensions", "Sec-WebSocket-Protocol");
    }
    awaitClosed();
  }

  @Test
  void deliversTheSmallestMessageAndSendsItsAnswer_WS_02() throws Exception {
    peer.send(bytes("8295 00000000"), HEARTBEAT);

    FakeInbox.Event event = inbox.next();
    assertThat(event.kind()).isEqualTo("received");
    assertThat(event.message().getInstanceUid()).isEqualTo(ByteString.fromHex(UID));
    assertThat(event.connection().transport()).isEqualTo(Connection.Transport.WEBSOCKET);
    assertThat(event.connection().remoteAddress())
        .isEqualTo("127.0.0.1:" + peer.socket().getLocalPort());
    RawPeer.Frame answer = peer.frame();
    assertThat(answer.fin()).isTrue();
    assertThat(answer.opcode()).isEqualTo(WsBytes.BINARY);
    assertThat(answer.payload()).isEqualTo(bytes("00 0a10" + UID + "3801"));
  }

  @Test
  void deliversAFragmentedMessageWithAPingBetweenItsFragments_WS_09() throws Exception {
    peer.send(
        WsBytes.frame(false, WsBytes.BINARY, Arrays.copyOfRange(HEARTBEAT, 0, 5)),
        WsBytes.frame(true, WsBytes.PING, bytes("cafe")),
        WsBytes.frame(
            true, WsBytes.CONTINUATION, Arrays.copyOfRange(HEARTBEAT, 5, HEARTBEAT.length)));

    RawPeer.Frame pong = peer.frame();
    assertThat(pong.opcode()).isEqualTo(WsBytes.PONG);
    assertThat(pong.payload()).isEqualTo(bytes("cafe"));
    assertThat(answer().getInstanceUid()).isEqualTo(ByteString.fromHex(UID));
  }

  @Test
  void deliversAMessageOfExactlyTheLimitAndClosesWith1009OneByteAbove_LIM_04_LIM_06()
      throws Exception {
    byte[] exact = padded(RECEIVE_LIMIT);
    assertThat(exact).hasSize(RECEIVE_LIMIT);

    peer.send(WsBytes.binary(exact));
    assertThat(answer().getInstanceUid()).isEqualTo(ByteString.fromHex(UID));
    assertThat(inbox.next().kind()).isEqualTo("received");

    peer.send(WsBytes.binary(padded(RECEIVE_LIMIT + 1)));
    assertThat(peer.frame().closeCode()).isEqualTo(1009);
    assertThat(peer.isAtEnd()).isTrue();
    // LIM-05: nobody has seen anything of it.
    assertThat(inbox.next().kind()).isEqualTo("closed");
    reconnect();
  }

  @Test
  void deliversTheEmptyMessage_WS_07() throws Exception {
    peer.send(WsBytes.binary(new byte[1]));

    FakeInbox.Event event = inbox.next();
    assertThat(event.kind()).isEqualTo("received");
    assertThat(event.message()).isEqualTo(AgentToServer.getDefaultInstance());
    assertThat(answer().hasErrorResponse()).isFalse();
  }

  @Test
  void deliversAMessageInFragmentsOfOneByteOrNone_WS_09() throws Exception {
    peer.send(WsBytes.frame(false, WsBytes.BINARY, new byte[0]));
    for (byte one : HEARTBEAT) {
      peer.send(
          WsBytes.frame(false, WsBytes.CONTINUATION, new byte[] {one}),
          WsBytes.frame(false, WsBytes.CONTINUATION, new byte[0]));
    }
    peer.send(WsBytes.frame(true, WsBytes.CONTINUATION, new byte[0]));

    assertThat(answer().getInstanceUid()).isEqualTo(ByteString.fromHex(UID));
    assertThat(inbox.next().message().getCapabilities()).isEqualTo(1);
  }

  @Test
  void toleratesWhatALaterVersionMayAdd_EXT_02() throws Exception {
    // remote_config_status.status = 99, and field 200 with text.
    byte[] later = bytes("3a02 1063 c20c 03616263");

    peer.send(WsBytes.binary(WsBytes.concat(HEARTBEAT, later)));

    AgentToServer message = inbox.next().message();
    assertThat(message.getRemoteConfigStatus().getStatusValue()).isEqualTo(99);
    assertThat(message.getUnknownFields().hasField(200)).isTrue();
    assertThat(answer().hasErrorResponse()).isFalse();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "E-01 headerless protobuf, 0a100190f5c27a3b7c118d220123456789ab2001",
    "E-02 header of 1, 01",
    "E-04 header cut short, 80",
    "E-04 header of 11 bytes, 8080808080808080808000",
    "E-07 data that is no protobuf, 00ffffff",
  })
  void answersMalformedMessagesAndKeepsTheConnection(String what, String payload) throws Exception {
    peer.send(WsBytes.binary(bytes(payload)));
    assertThat(badRequestUid()).as(what).isEqualTo(ByteString.EMPTY);

    peer.send(WsBytes.binary(HEARTBEAT));
    assertThat(answer().hasErrorResponse()).as(what).isFalse();

    peer.send(WsBytes.binary(bytes(payload)));
    assertThat(badRequestUid()).as(what).isEqualTo(ByteString.fromHex(UID));
  }

  @Test
  void answersAMessageWithoutHeader_E_05() throws Exception {
    peer.send(WsBytes.binary(new byte[0]));

    assertThat(badRequestUid()).isEqualTo(ByteString.EMPTY);
  }

  @Test
  void acceptsALongHeaderThatMeansZero_E_03_WS_05() throws Exception {
    peer.send(
        WsBytes.binary(
            WsBytes.concat(bytes("80808000"), Arrays.copyOfRange(HEARTBEAT, 1, HEARTBEAT.length))));

    assertThat(answer().getInstanceUid()).isEqualTo(ByteString.fromHex(UID));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 5, 5000})
  void answersTextMessagesAndKeepsTheConnection_E_06(int length) throws Exception {
    byte[] text = "é".repeat(length).getBytes(StandardCharsets.UTF_8);
    peer.send(WsBytes.frame(true, WsBytes.TEXT, text));
    assertThat(badRequestUid()).isEqualTo(ByteString.EMPTY);

    peer.send(WsBytes.binary(HEARTBEAT));
    assertThat(answer().hasErrorResponse()).isFalse();
  }

  @Test
  void countsMalformedMessagesOfEveryKindInARow_E_06() throws Exception {
    for (int i = 0; i < 5; i++) {
      peer.send(
          WsBytes.binary(bytes("00ffff")), WsBytes.frame(true, WsBytes.TEXT, new byte[] {'x'}));
      badRequestUid();
      badRequestUid();
    }

    assertThat(peer.frame().closeCode()).isEqualTo(1003);
  }

  @Test
  void closesWith1003AfterTenMalformedMessagesInARow_E_06() throws Exception {
    byte[] text = WsBytes.frame(true, WsBytes.TEXT, new byte[] {'x'});
    for (int i = 0; i < 9; i++) {
      peer.send(text);
      assertThat(badRequestUid()).isEqualTo(ByteString.EMPTY);
    }
    peer.send(WsBytes.binary(HEARTBEAT));
    assertThat(answer().hasErrorResponse()).isFalse();
    for (int i = 0; i < 10; i++) {
      peer.send(text);
      assertThat(badRequestUid()).isEqualTo(ByteString.fromHex(UID));
    }

    assertThat(peer.frame().closeCode()).isEqualTo(1003);
  }

  @Test
  void sendsPingsAndReportsPongs() throws Exception {
    peer.send(WsBytes.binary(HEARTBEAT));
    Connection connection = inbox.next().connection();
    answer();

    connection.ping();
    assertThat(peer.frame().opcode()).isEqualTo(WsBytes.PING);
    peer.send(WsBytes.frame(true, WsBytes.PONG, new byte[0]));

    FakeInbox.Event event = inbox.next();
    assertThat(event.kind()).isEqualTo("pong");
    assertThat(event.connection()).isSameAs(connection);
  }

  @Test
  void keepsTheOrderOfPushesFromOneThread() throws Exception {
    peer.send(WsBytes.binary(HEARTBEAT));
    Connection connection = inbox.next().connection();
    answer();

    for (int i = 1; i <= 500; i++) {
      connection.send(ServerToAgent.newBuilder().setCapabilities(i).build());
    }

    for (int i = 1; i <= 500; i++) {
      assertThat(answer().getCapabilities()).isEqualTo(i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1})
  void theLimitOfWhatIsSentCountsHeaderAndData_LIM_01_LIM_10_LIM_11_LIM_12(int above)
      throws Exception {
    int overhead = 1 + offer(1, SEND_LIMIT).getSerializedSize() - SEND_LIMIT;
    ServerToAgent offer = offer(1, SEND_LIMIT - overhead + above);
    assertThat(1 + offer.getSerializedSize()).isEqualTo(SEND_LIMIT + above);
    inbox.answerWith((connection, message) -> connection.send(offer));

    try (LogCapture log = new LogCapture()) {
      peer.send(WsBytes.binary(HEARTBEAT));
      ServerToAgent answer = answer();

      if (above <= 0) {
        assertThat(answer).isEqualTo(offer);
        assertThat(log.errors()).isEmpty();
      } else {
        assertThat(answer.hasRemoteConfig()).isFalse();
        assertThat(log.errors()).singleElement().asString().contains("was not sent");
      }
    }
  }

  @Test
  void sendsAnErrorInPlaceOfAnAnswerAboveTheLimit_LIM_11_E_16() throws Exception {
    inbox.answerWith(
        (connection, message) ->
            connection.send(
                ServerToAgent.newBuilder()
                    .setInstanceUid(message.getInstanceUid())
                    .setRemoteConfig(
                        AgentRemoteConfig.newBuilder()
                            .setConfigHash(ByteString.copyFrom(new byte[SEND_LIMIT])))
                    .build()));

    peer.send(WsBytes.binary(HEARTBEAT));

    ServerToAgent answer = answer();
    assertThat(answer.getErrorResponse().getType())
        .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_Unknown);
    assertThat(answer.getInstanceUid()).isEqualTo(ByteString.fromHex(UID));
  }

  @Test
  void closesInOrderWhenAsked_CLOSE_03() throws Exception {
    peer.send(WsBytes.binary(HEARTBEAT));
    Connection connection = inbox.next().connection();
    answer();

    connection.close(1008, "revoked".repeat(30));

    RawPeer.Frame close = peer.frame();
    assertThat(close.opcode()).isEqualTo(WsBytes.CLOSE);
    assertThat(close.closeCode()).isEqualTo(1008);
    FakeInbox.Event event = inbox.next();
    assertThat(event.kind()).isEqualTo("closed");
    assertThat(event.reason()).startsWith("closed by the server (1008): revoked");
    // Data after our Close frame reaches nobody; the peer's Close frame ends TCP.
    peer.send(WsBytes.binary(HEARTBEAT), WsBytes.close(1008));
    assertThat(peer.isAtEnd()).isTrue();
    connection.send(ServerToAgent.getDefaultInstance());
    connection.ping();
    connection.close(1000, "again");
    assertThat(inbox.isEmpty()).isTrue();
    reconnect();
  }

  @Test
  void answersTheCloseOfThePeerAndEndsTcpFirst() throws Exception {
    peer.send(WsBytes.binary(HEARTBEAT), WsBytes.close(1000));

    assertThat(inbox.next().kind()).isEqualTo("received");
    FakeInbox.Event event = inbox.next();
    assertThat(event.kind()).isEqualTo("closed");
    assertThat(event.reason()).isEqualTo("closed by the peer (1000)");
    RawPeer.Frame frame = peer.frame();
    if (frame.opcode() == WsBytes.BINARY) {
      frame = peer.frame();
    }
    assertThat(frame.closeCode()).isEqualTo(1000);
    assertThat(peer.isAtEnd()).isTrue();
    reconnect();
  }

  @Test
  void reportsALostConnectionOnce_CLOSE_07() throws Exception {
    peer.send(WsBytes.binary(HEARTBEAT));
    assertThat(inbox.next().kind()).isEqualTo("received");
    answer();

    peer.reset();

    FakeInbox.Event event = inbox.next();
    assertThat(event.kind()).isEqualTo("closed");
    assertThat(event.reason()).isEqualTo("connection lost");
    assertThat(inbox.isEmpty()).isTrue();
    reconnect();
  }

  @Test
  void closesWith1002AfterAnUnmaskedFrameAndTheCloseFrameArrives() throws Exception {
    peer.send(bytes("820100"), new byte[100_000]);

    assertThat(peer.frame().closeCode()).isEqualTo(1002);
    assertThat(peer.isAtEnd()).isTrue();
  }

  @Test
  void talksToTheClientOfTheJdk() throws Exception {
    CompletableFuture<byte[]> received = new CompletableFuture<>();
    CompletableFuture<Integer> closed = new CompletableFuture<>();
    WebSocket client =
        HttpClient.newHttpClient()
            .newWebSocketBuilder()
            .buildAsync(
                URI.create("ws://127.0.0.1:" + server.port() + "/v1/opamp"),
                new WebSocket.Listener() {
                  @Override
                  public CompletionStage<?> onBinary(
                      WebSocket socket, ByteBuffer data, boolean last) {
                    byte[] bytes = new byte[data.remaining()];
                    data.get(bytes);
                    received.complete(bytes);
                    socket.request(1);
                    return null;
                  }

                  @Override
                  public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                    closed.complete(code);
                    return null;
                  }
                })
            .get(10, TimeUnit.SECONDS);

    client.sendBinary(ByteBuffer.wrap(HEARTBEAT), true).get(10, TimeUnit.SECONDS);
    assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo(bytes("00 0a10" + UID + "3801"));
    client.sendClose(1000, "").get(10, TimeUnit.SECONDS);
    assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo(1000);
    awaitClosed();
  }

  @Test
  void closesAPeerThatDoesNotRead() throws Exception {
    TransportSettings settings = ListenerUnderTest.impatient(Duration.ofMillis(300));
    try (ListenerUnderTest impatient = ListenerUnderTest.start(settings, 8_000_000);
        RawPeer deaf = RawPeer.webSocket(impatient.port())) {
      deaf.send(WsBytes.binary(HEARTBEAT));
      Connection connection = impatient.inbox().next().connection();
      ServerToAgent large =
          ServerToAgent.newBuilder()
              .setInstanceUid(ByteString.copyFrom(new byte[7_500_000]))
              .build();

      connection.send(large);

      FakeInbox.Event event = impatient.inbox().next();
      assertThat(event.kind()).isEqualTo("closed");
      assertThat(event.reason()).contains("1013").contains("does not read");
    }
  }

  @Test
  void closesAPeerForWhichTooMuchWaits() throws Exception {
    try (ListenerUnderTest small = ListenerUnderTest.start(TransportSettings.DEFAULT, 8_000_000);
        RawPeer deaf = RawPeer.webSocket(small.port())) {
      deaf.send(WsBytes.binary(HEARTBEAT));
      Connection connection = small.inbox().next().connection();
      ServerToAgent large =
          ServerToAgent.newBuilder()
              .setInstanceUid(ByteString.copyFrom(new byte[7_500_000]))
              .build();

      for (int i = 0; i < 4; i++) {
        connection.send(large);
      }

      FakeInbox.Event event = small.inbox().next();
      assertThat(event.kind()).isEqualTo("closed");
      assertThat(event.reason()).contains("too many messages wait");
    }
  }

  @Test
  void aPeerThatReadsAgainGetsTheNewestOfferAndEveryAnswer() throws Exception {
    try (ListenerUnderTest patient = ListenerUnderTest.start(TransportSettings.DEFAULT, 8_000_000);
        RawPeer slow = RawPeer.webSocket(patient.port())) {
      patient.inbox().answerWith((connection, message) -> {});
      slow.send(WsBytes.binary(HEARTBEAT));
      Connection connection = patient.inbox().next().connection();

      // Far more than the sockets' buffers hold, and than may wait.
      for (int change = 1; change <= 100; change++) {
        connection.push(offer(change, 700_000));
        if (change == 50) {
          connection.send(offer(change, 700_000).toBuilder().setFlags(1).build());
        }
      }
      connection.send(ServerToAgent.newBuilder().setCapabilities(1).build());

      List<Integer> changes = new ArrayList<>();
      boolean answered = false;
      ServerToAgent next = message(slow.frame());
      for (; next.getCapabilities() == 0; next = message(slow.frame())) {
        answered |= next.getFlags() == 1;
        if (next.hasRemoteConfig()) {
          changes.add(next.getRemoteConfig().getConfigHash().byteAt(0) & 0xFF);
        }
      }

      assertThat(answered).isTrue();
      // Some went into the sockets' buffers; of those that had to wait only the last is left.
      assertThat(changes).hasSizeLessThan(50).doesNotHaveDuplicates().isSorted().endsWith(100);
    }
  }

  /** Nobody waits for a push, so an error in its place would be an answer to nothing. */
  @Test
  void sendsNothingInPlaceOfAPushAboveTheLimit_LIM_11() throws Exception {
    peer.send(WsBytes.binary(HEARTBEAT));
    Connection connection = inbox.next().connection();
    answer();

    connection.push(offer(1, SEND_LIMIT));
    connection.send(ServerToAgent.newBuilder().setCapabilities(7).build());

    assertThat(answer().getCapabilities()).isEqualTo(7);
  }

  /** Large offers are written past Tyrus, between messages that are not (E-61). */
  @Test
  void largeOffersAndSmallMessagesComeWholeAndInOrder() throws Exception {
    peer.send(WsBytes.binary(HEARTBEAT));
    Connection connection = inbox.next().connection();
    answer();

    for (int change = 1; change <= 40; change++) {
      connection.send(offerToAnother(change));
      connection.send(ServerToAgent.newBuilder().setCapabilities(change).build());
    }
    for (int change = 1; change <= 40; change++) {
      assertThat(answer()).isEqualTo(offerToAnother(change));
      assertThat(answer().getCapabilities()).isEqualTo(change);
    }
    connection.close(1001, "that was all");
    connection.send(offerToAnother(2));
    RawPeer.Frame last = peer.frame();
    if (last.opcode() == WsBytes.BINARY) {
      // The connection's thread may come to the message first, but never to half of it.
      assertThat(message(last)).isEqualTo(offerToAnother(2));
      last = peer.frame();
    }
    assertThat(last.closeCode()).isEqualTo(1001);
  }

  /** Each to an agent of its own, or the newer would take the place of the older. */
  private static ServerToAgent offerToAnother(int number) {
    return offer(number, number % 2 == 0 ? 20_000 : 100).toBuilder()
        .setInstanceUid(
            ByteString.copyFrom(new byte[] {(byte) number})
                .concat(ByteString.copyFrom(new byte[15])))
        .build();
  }

  private static ServerToAgent offer(int number, int size) {
    AgentConfigFile file =
        AgentConfigFile.newBuilder().setBody(ByteString.copyFrom(new byte[size])).build();
    return ServerToAgent.newBuilder()
        .setInstanceUid(ByteString.fromHex(UID))
        .setRemoteConfig(
            AgentRemoteConfig.newBuilder()
                .setConfig(AgentConfigMap.newBuilder().putConfigMap("f", file))
                .setConfigHash(ByteString.copyFrom(new byte[] {(byte) number})))
        .build();
  }

  private void reconnect() throws IOException {
    peer.close();
    peer = RawPeer.webSocket(server.port());
  }

  private void awaitClosed() {
    try {
      while (!inbox.next().kind().equals("closed")) {
        // Of interest is only the end.
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private ServerToAgent answer() throws IOException {
    return message(peer.frame());
  }

  private static ServerToAgent message(RawPeer.Frame frame) throws IOException {
    assertThat(frame.opcode()).isEqualTo(WsBytes.BINARY);
    assertThat(frame.payload()[0]).isZero();
    return ServerToAgent.parser().parseFrom(frame.payload(), 1, frame.payload().length - 1);
  }

  private ByteString badRequestUid() throws IOException {
    ServerToAgent answer = answer();
    assertThat(answer.getErrorResponse().getType())
        .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_BadRequest);
    assertThat(answer.getErrorResponse().getErrorMessage()).isNotEmpty();
    // ERR-01: it stands alone.
    assertThat(answer.toBuilder().clearInstanceUid().clearErrorResponse().build())
        .isEqualTo(ServerToAgent.getDefaultInstance());
    return answer.getInstanceUid();
  }

  /** A frame's payload of this size: header, uid, and the rest in an unknown field. */
  private static byte[] padded(int size) {
    int overhead = 1 + 18 + 2 + 3;
    AgentToServer message =
        AgentToServer.newBuilder()
            .setInstanceUid(ByteString.fromHex(UID))
            .setUnknownFields(
                UnknownFieldSet.newBuilder()
                    .addField(
                        1000,
                        UnknownFieldSet.Field.newBuilder()
                            .addLengthDelimited(ByteString.copyFrom(new byte[size - overhead]))
                            .build())
                    .build())
            .build();
    return WsBytes.concat(new byte[1], message.toByteArray());
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }
}
