package io.opamp4j.server.transport;

import static io.opamp4j.server.transport.ListenerUnderTest.RECEIVE_LIMIT;
import static io.opamp4j.server.transport.ListenerUnderTest.SEND_LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import io.opamp4j.proto.AgentConfigFile;
import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.EffectiveConfig;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.ServerConfig;
import jakarta.websocket.ClientEndpointConfig;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;
import jakarta.websocket.WebSocketContainer;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.glassfish.tyrus.ext.extension.deflate.PerMessageDeflateExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSockets on which permessage-deflate was negotiated (RFC 7692). */
@ExtendWith(LeakCheck.class)
class CompressionIT {
  private static final ByteString UID = ByteString.fromHex("0190f5c27a3b7c118d220123456789ab");
  private static final String OFFER = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  private static final int COMPRESSED_BINARY = WsBytes.COMPRESSED | WsBytes.BINARY;

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
    peer = RawPeer.webSocket(server.port(), OFFER);
  }

  @AfterEach
  void disconnect() throws Exception {
    peer.close();
    while (!inbox.next().kind().equals("closed")) {
      // What came before the end is not this test's.
    }
  }

  @Test
  void readsCompressedMessagesAndAnswersSmallOnesPlainly() throws Exception {
    AgentToServer report = report(1, 20_000);

    peer.send(WsBytes.compressed(bytes(report)));

    assertThat(inbox.next().message()).isEqualTo(report);
    RawPeer.Frame answer = peer.frame();
    assertThat(answer.compressed()).isFalse();
    assertThat(message(answer).getInstanceUid()).isEqualTo(UID);
  }

  @Test
  void readsFragmentedCompressedMessagesBetweenPlainOnes_WS_09() throws Exception {
    byte[] packed = WsBytes.deflated(bytes(report(2, 30_000)));

    peer.send(
        WsBytes.binary(bytes(report(1, 10))),
        WsBytes.frame(false, COMPRESSED_BINARY, Arrays.copyOf(packed, 7)),
        WsBytes.frame(true, WsBytes.PING, new byte[] {5}),
        WsBytes.frame(false, WsBytes.CONTINUATION, new byte[0]),
        WsBytes.frame(true, WsBytes.CONTINUATION, Arrays.copyOfRange(packed, 7, packed.length)),
        WsBytes.binary(bytes(report(3, 10))));

    for (int number = 1; number <= 3; number++) {
      assertThat(inbox.next().message().getSequenceNum()).isEqualTo(number);
    }
  }

  @Test
  void sendsLargeMessagesCompressedEachOnItsOwn() throws Exception {
    ServerToAgent offer = offer(40_000);
    inbox.answerWith((connection, message) -> connection.send(offer));

    for (int round = 0; round < 3; round++) {
      peer.send(WsBytes.binary(bytes(report(round, 0))));
      RawPeer.Frame answer = peer.frame();

      assertThat(answer.compressed()).isTrue();
      assertThat(answer.payload().length).isLessThan(4_000);
      // With a new inflater each time: no context is taken over.
      assertThat(message(answer)).isEqualTo(offer);
    }
  }

  /** It would fit easily, compressed. */
  @Test
  void theLimitOfWhatIsSentCountsBeforeCompression_LIM_10_LIM_11() throws Exception {
    inbox.answerWith((connection, message) -> connection.send(offer(SEND_LIMIT)));

    peer.send(WsBytes.binary(bytes(report(1, 0))));

    assertThat(message(peer.frame()).getErrorResponse().getType())
        .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_Unknown);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void theLimitOfWhatIsReadCountsAfterInflation_LIM_01_LIM_04_LIM_06(int above) throws Exception {
    byte[] plain = exactly(RECEIVE_LIMIT + above);

    peer.send(WsBytes.compressed(plain));

    if (above == 0) {
      assertThat(inbox.next().kind()).isEqualTo("received");
      assertThat(message(peer.frame()).hasErrorResponse()).isFalse();
    } else {
      assertThat(peer.frame().closeCode()).isEqualTo(1009);
      assertThat(peer.isAtEnd()).isTrue();
      // LIM-05: nobody has seen anything of it.
      assertThat(inbox.next().kind()).isEqualTo("closed");
      reconnect();
    }
  }

  @Test
  void cutsOffAnEndlessMessageThatInflatesToNothing_E_14() throws Exception {
    byte[] emptyBlocks = HexFormat.of().parseHex("000000ffff".repeat(4_000));
    peer.send(WsBytes.frame(false, COMPRESSED_BINARY, emptyBlocks));
    for (int sent = 1; sent <= RECEIVE_LIMIT / emptyBlocks.length; sent++) {
      peer.send(WsBytes.frame(false, WsBytes.CONTINUATION, emptyBlocks));
    }

    assertThat(peer.frame().closeCode()).isEqualTo(1009);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "broken data, c2, 07ff, 1007",
    "data cut short, c2, f248, 1007",
    "compressed ping, c9, 00, 1002",
    "RSV2, a2, 00, 1002",
  })
  void closesWhenCompressionIsAbused(String what, String firstByte, String payload, int code)
      throws Exception {
    byte[] frame = WsBytes.binary(HexFormat.of().parseHex(payload));
    frame[0] = HexFormat.of().parseHex(firstByte)[0];

    peer.send(frame);

    assertThat(peer.frame().closeCode()).as(what).isEqualTo(code);
    assertThat(peer.isAtEnd()).as(what).isTrue();
  }

  @Test
  void answersACompressedMalformedMessageAsAPlainOne_E_07() throws Exception {
    peer.send(WsBytes.compressed(new byte[] {1}));

    assertThat(message(peer.frame()).getErrorResponse().getType())
        .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_BadRequest);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "permessage-deflate; client_max_window_bits | permessage-deflate;"
            + " server_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; server_max_window_bits=10 |",
        "x-webkit-deflate-frame |",
      })
  void negotiatesInTheHandshake(String offer, String answer) throws Exception {
    try (RawPeer other = new RawPeer(server.port())) {
      other.send(RawPeer.handshake("/v1/opamp", "Sec-WebSocket-Extensions: " + offer + "\r\n"));

      RawPeer.Response response = other.response();

      assertThat(response.status()).isEqualTo(101);
      assertThat(response.headers().get("Sec-WebSocket-Extensions")).isEqualTo(answer);
    }
    assertThat(inbox.next().kind()).isEqualTo("closed");
  }

  @Test
  void takesNoOfferWhenTurnedOff() throws Exception {
    ServerConfig.Dialect plain = new ServerConfig.Dialect(false, false, false);
    try (ListenerUnderTest other = ListenerUnderTest.start(plain);
        RawPeer refused = new RawPeer(other.port())) {
      refused.send(RawPeer.handshake("/v1/opamp", OFFER));
      assertThat(refused.response().headers()).doesNotContainKey("Sec-WebSocket-Extensions");

      refused.send(WsBytes.compressed(bytes(report(1, 0))));

      assertThat(refused.frame().closeCode()).isEqualTo(1002);
    }
  }

  @Test
  void talksToTheClientOfTyrusWithItsExtension() throws Exception {
    ServerToAgent offer = offer(40_000);
    inbox.answerWith((connection, message) -> connection.send(offer));
    CompletableFuture<byte[]> received = new CompletableFuture<>();
    Endpoint endpoint =
        new Endpoint() {
          @Override
          public void onOpen(Session session, EndpointConfig config) {
            session.addMessageHandler(
                byte[].class, (MessageHandler.Whole<byte[]>) received::complete);
          }
        };
    AgentToServer report = report(1, 30_000);

    try (Session session =
        tyrusClient()
            .connectToServer(
                endpoint,
                ClientEndpointConfig.Builder.create()
                    .extensions(List.of(new PerMessageDeflateExtension()))
                    .build(),
                URI.create("ws://127.0.0.1:" + server.port() + "/v1/opamp"))) {
      assertThat(session.getNegotiatedExtensions()).hasSize(1);
      session.getBasicRemote().sendBinary(ByteBuffer.wrap(bytes(report)));

      assertThat(inbox.next().message()).isEqualTo(report);
      assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo(bytes(offer));
    }
    assertThat(inbox.next().kind()).isEqualTo("closed");
  }

  /** By name, because the server gets Tyrus' client with its other parts and must not use it. */
  private static WebSocketContainer tyrusClient() throws ReflectiveOperationException {
    return (WebSocketContainer)
        Class.forName("org.glassfish.tyrus.client.ClientManager")
            .getMethod("createClient", String.class)
            .invoke(null, "org.glassfish.tyrus.container.jdk.client.JdkClientContainer");
  }

  private void reconnect() throws IOException {
    peer.close();
    peer = RawPeer.webSocket(server.port(), OFFER);
  }

  private static ServerToAgent message(RawPeer.Frame frame)
      throws IOException, DataFormatException {
    assertThat(frame.opcode()).isEqualTo(WsBytes.BINARY);
    byte[] payload = frame.compressed() ? inflated(frame.payload()) : frame.payload();
    assertThat(payload[0]).isZero();
    return ServerToAgent.parser().parseFrom(payload, 1, payload.length - 1);
  }

  private static byte[] inflated(byte[] packed) throws DataFormatException {
    Inflater inflater = new Inflater(true);
    inflater.setInput(WsBytes.concat(packed, new byte[] {0, 0, (byte) 0xFF, (byte) 0xFF}));
    byte[] plain = new byte[SEND_LIMIT + 1];
    int length = inflater.inflate(plain);
    inflater.end();
    return Arrays.copyOf(plain, length);
  }

  private static byte[] bytes(MessageLite message) {
    return WsBytes.concat(new byte[1], message.toByteArray());
  }

  private static AgentToServer report(int number, int size) {
    return AgentToServer.newBuilder()
        .setInstanceUid(UID)
        .setSequenceNum(number)
        .setEffectiveConfig(EffectiveConfig.newBuilder().setConfigMap(files(size)))
        .build();
  }

  private static byte[] exactly(int size) {
    int overhead = bytes(report(1, size)).length - size;
    byte[] plain = bytes(report(1, size - overhead));
    assertThat(plain).hasSize(size);
    return plain;
  }

  private static ServerToAgent offer(int size) {
    return ServerToAgent.newBuilder()
        .setInstanceUid(UID)
        .setRemoteConfig(AgentRemoteConfig.newBuilder().setConfig(files(size)))
        .build();
  }

  private static AgentConfigMap files(int size) {
    AgentConfigFile file =
        AgentConfigFile.newBuilder().setBody(ByteString.copyFrom(new byte[size])).build();
    return AgentConfigMap.newBuilder().putConfigMap("collector.yaml", file).build();
  }
}
