package io.opamp4j.server.transport;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.OpampServer;
import io.opamp4j.server.ServerConfig;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Agents of former times at a whole server: refused as ruled, or understood if so configured. */
class DialectIT {
  private static final ByteString BINARY =
      InstanceUid.parse("01563e3a-b5d3-d676-4c61-efb99302bd5b").toBytes();
  private static final ByteString TEXT = ByteString.copyFromUtf8("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  private static final ByteString NOT_ULID = ByteString.copyFromUtf8("01ARZ3NDEKTSV4RRFFQ69G5FAU");
  private static final ServerConfig.Dialect PLAIN = new ServerConfig.Dialect(true, false, false);
  private static final ServerConfig.Dialect HEADERLESS =
      new ServerConfig.Dialect(true, true, false);
  private static final ServerConfig.Dialect ULID = new ServerConfig.Dialect(true, false, true);
  private static final ServerConfig.Dialect BOTH = new ServerConfig.Dialect(true, true, true);

  private OpampServer server;

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void withoutTheOptionAMessageWithoutHeaderIsMalformed_E_01() throws IOException {
    start(PLAIN);
    try (RawPeer peer = RawPeer.webSocket(server.port())) {
      peer.send(WsBytes.binary(report(BINARY).toByteArray()));

      assertBadRequest(withHeader(peer.frame()), ByteString.EMPTY);
    }
  }

  @Test
  void aSocketWithoutHeadersIsAnsweredWithoutHeaders_E_01() throws IOException {
    start(HEADERLESS);
    try (RawPeer peer = RawPeer.webSocket(server.port())) {
      peer.send(WsBytes.binary(report(BINARY).toByteArray()));
      assertAnswer(ServerToAgent.parseFrom(peer.frame().payload()), BINARY);

      // What is malformed is so without a header too, and answered as this socket speaks.
      peer.send(WsBytes.binary(new byte[] {1}));
      assertBadRequest(ServerToAgent.parseFrom(peer.frame().payload()), BINARY);
      peer.send(WsBytes.binary(new byte[0]));
      assertBadRequest(ServerToAgent.parseFrom(peer.frame().payload()), BINARY);
    }
  }

  @Test
  void theOtherSocketsKeepTheirHeaders_E_01_E_03_WS_03() throws IOException {
    start(HEADERLESS);
    try (RawPeer peer = RawPeer.webSocket(server.port())) {
      byte[] report = report(BINARY).toByteArray();
      peer.send(WsBytes.binary(WsBytes.concat(new byte[1], report)));
      assertAnswer(withHeader(peer.frame()), BINARY);

      // A long header that means zero is one still.
      peer.send(WsBytes.binary(WsBytes.concat(new byte[] {(byte) 0x80, 0}, report)));
      assertAnswer(withHeader(peer.frame()), BINARY);
      peer.send(WsBytes.binary(new byte[] {0, 1}));
      assertBadRequest(withHeader(peer.frame()), BINARY);
    }
  }

  @Test
  void withoutTheOptionTheTextOfAUlidIsNoUid_E_09() throws IOException {
    start(PLAIN);
    try (RawPeer peer = RawPeer.webSocket(server.port())) {
      peer.send(WsBytes.binary(WsBytes.concat(new byte[1], report(TEXT).toByteArray())));
      assertBadRequest(withHeader(peer.frame()), ByteString.EMPTY);
    }
    assertBadRequest(overHttp(report(TEXT)), ByteString.EMPTY);
  }

  @Test
  void whoWritesTextIsAddressedByItAndOneAgentOnBothTransports_E_09_UID_07() throws IOException {
    start(ULID);
    try (RawPeer peer = RawPeer.webSocket(server.port())) {
      peer.send(WsBytes.binary(WsBytes.concat(new byte[1], report(TEXT).toByteArray())));
      assertAnswer(withHeader(peer.frame()), TEXT);
      peer.send(WsBytes.binary(new byte[] {1}));
      assertBadRequest(withHeader(peer.frame()), TEXT);

      peer.send(WsBytes.binary(WsBytes.concat(new byte[1], report(NOT_ULID).toByteArray())));
      assertThat(withHeader(peer.frame()).getErrorResponse().getType())
          .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_BadRequest);
    }
    try (RawPeer rest = new RawPeer(server.port())) {
      rest.send("GET /api/v1/agents HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(rest.response().text())
          .contains("01563e3a-b5d3-d676-4c61-efb99302bd5b")
          .doesNotContain("nextCursor");
    }
  }

  @Test
  void theTextOfAUlidIsUnderstoodOverHttp_E_09_UID_07() throws IOException {
    start(ULID);

    assertAnswer(overHttp(report(TEXT)), TEXT);
    assertAnswer(overHttp(report(BINARY)), BINARY);
  }

  @Test
  void anIdThatIsAssignedHasSixteenBytes_E_09_UID_09() throws IOException {
    start(BOTH);
    try (RawPeer peer = RawPeer.webSocket(server.port())) {
      peer.send(WsBytes.binary(report(TEXT).toBuilder().setFlags(1).build().toByteArray()));

      ServerToAgent answer = ServerToAgent.parseFrom(peer.frame().payload());

      assertAnswer(answer, TEXT);
      ByteString fresh = answer.getAgentIdentification().getNewInstanceUid();
      assertThat(fresh.size()).isEqualTo(16);
      peer.send(WsBytes.binary(report(fresh).toByteArray()));
      assertAnswer(ServerToAgent.parseFrom(peer.frame().payload()), fresh);
    }
  }

  private void start(ServerConfig.Dialect dialect) {
    server =
        OpampServer.start(
            new ServerConfig(
                new ServerConfig.Server("127.0.0.1", 0, ServerConfig.Server.DEFAULT.drainTimeout()),
                ServerConfig.Agents.DEFAULT.with(dialect),
                new ServerConfig.Storage("memory", Map.of())));
  }

  private ServerToAgent overHttp(AgentToServer message) throws IOException {
    byte[] body = message.toByteArray();
    try (RawPeer peer = new RawPeer(server.port())) {
      peer.send(
          "POST /v1/opamp HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n"
              + "Content-Length: "
              + body.length
              + "\r\n\r\n");
      peer.send(body);
      RawPeer.Response response = peer.response();
      assertThat(response.status()).isEqualTo(200);
      return ServerToAgent.parseFrom(response.body());
    }
  }

  private static AgentToServer report(ByteString uid) {
    return AgentToServer.newBuilder().setInstanceUid(uid).setCapabilities(1).build();
  }

  private static ServerToAgent withHeader(RawPeer.Frame frame) throws IOException {
    assertThat(frame.payload()[0]).isZero();
    return ServerToAgent.parser().parseFrom(frame.payload(), 1, frame.payload().length - 1);
  }

  private static void assertAnswer(ServerToAgent answer, ByteString uid) {
    assertThat(answer.getInstanceUid()).isEqualTo(uid);
    assertThat(answer.hasErrorResponse()).isFalse();
  }

  private static void assertBadRequest(ServerToAgent answer, ByteString uid) {
    assertThat(answer.getInstanceUid()).isEqualTo(uid);
    assertThat(answer.getErrorResponse().getType())
        .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_BadRequest);
  }
}
