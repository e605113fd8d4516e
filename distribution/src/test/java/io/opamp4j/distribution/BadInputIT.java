package io.opamp4j.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Broken messages sent to the packaged server while a well-behaved agent is connected. Each is
 * answered as the protocol rules, and none changes what the server knows: the agent keeps its
 * connection, its state and its report, no agent appears, and the next peer is served. Where a
 * broken message names an agent at all, it names the well-behaved one.
 */
class BadInputIT {
  private static final int LIMIT = 64 * 1024;
  private static final String PROBE = "0190f5c27a3b7c118d220123456789ab";
  private static final byte[] PROBE_HEARTBEAT = bytes("00 0a10" + PROBE + "2001");

  @TempDir static Path folder;

  private static ServerProcess server;
  private static Rest rest;
  private static OwnAgent agent;

  private JsonNode before;

  @BeforeAll
  static void startWithAnAgent() throws IOException {
    server =
        ServerProcess.jar(folder, "--server.port=0", "--agents.max-received-message-size=" + LIMIT)
            .start();
    rest = new Rest(server.url());
    agent = new OwnAgent(URI.create("ws://127.0.0.1:" + server.port() + "/v1/opamp"));
    rest.awaitAgent(
        agent.uid(),
        "is connected and described",
        node -> node.get("state").asText().equals("Connected") && !node.get("labels").isEmpty());
    serveTheNextPeer();
  }

  @AfterAll
  static void stop() {
    if (agent != null) {
      agent.close();
    }
    server.close();
  }

  @BeforeEach
  void remember() {
    before = wellBehaved();
  }

  @AfterEach
  void nothingHasChanged() throws IOException {
    serveTheNextPeer();
    assertThat(wellBehaved()).as("the well-behaved agent").isEqualTo(before);
    assertThat(rest.get("/api/v1/agents").get("items").findValuesAsText("instanceUid"))
        .as("known agents")
        .containsExactlyInAnyOrder(agent.uid().toString(), "0190f5c2-7a3b-7c11-8d22-0123456789ab");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "E-01 no header, 2, 0a10 GOOD 2001",
    "E-02 WS-04 header of 1, 2, 01 0a10 GOOD 2001",
    "E-04 header cut short, 2, 80",
    "E-04 header of 11 bytes, 2, 8080808080808080808000 0a10 GOOD 2001",
    "E-05 nothing at all, 2, ''",
    "E-06 text, 1, 7b7d",
    "E-06 text that would be a message, 1, 00 0a00",
    "E-07 no protobuf, 2, 00 ffffff",
    "E-07 protobuf cut short, 2, 00 0a10 GOOD 1a7f",
    "E-09 WS-07 no uid, 2, 00",
    "E-09 uid of 15 bytes, 2, 00 0a0f 0190f5c27a3b7c118d220123456789 2001",
    "E-09 uid of 17 bytes, 2, 00 0a11 GOOD 00 2001",
  })
  void aMalformedMessageIsABadRequestAndTheWebSocketStays(String what, int opcode, String payload)
      throws IOException {
    try (RawWebSocket peer = new RawWebSocket(server.port())) {
      peer.send(RawWebSocket.masked(opcode, aimed(payload)));
      assertBadRequest(peer.answer());

      peer.send(RawWebSocket.masked(RawWebSocket.BINARY, PROBE_HEARTBEAT));
      assertThat(peer.answer().hasErrorResponse()).as(what + ", then a good one").isFalse();
    }
  }

  @Test
  void aLongHeaderThatMeansZeroIsAccepted_E_03_WS_05() throws IOException {
    try (RawWebSocket peer = new RawWebSocket(server.port())) {
      peer.send(RawWebSocket.masked(RawWebSocket.BINARY, bytes("8000 0a10" + PROBE + "2001")));

      ServerToAgent answer = peer.answer();
      assertThat(answer.hasErrorResponse()).isFalse();
      assertThat(HexFormat.of().formatHex(answer.getInstanceUid().toByteArray())).isEqualTo(PROBE);
    }
  }

  @Test
  void anUnmaskedFrameClosesWith1002() throws IOException {
    try (RawWebSocket peer = new RawWebSocket(server.port())) {
      peer.send(RawWebSocket.unmasked(RawWebSocket.BINARY, aimed("00 0a10 GOOD 2001")));

      assertThat(peer.closeCode()).isEqualTo(1002);
    }
  }

  @Test
  void aMessageAboveTheConfiguredLimitClosesWith1009_LIM_01_LIM_06() throws IOException {
    try (RawWebSocket peer = new RawWebSocket(server.port())) {
      byte[] exact = padded("00", LIMIT);
      peer.send(RawWebSocket.masked(RawWebSocket.BINARY, exact));
      assertThat(peer.answer().hasErrorResponse()).as("exactly the limit").isFalse();

      peer.send(RawWebSocket.masked(RawWebSocket.BINARY, padded("00", LIMIT + 1)));
      assertThat(peer.closeCode()).isEqualTo(1009);
    }
  }

  @Test
  void tenMalformedMessagesInARowCloseWith1003AndTheEleventhIsNotRead_E_06() throws IOException {
    try (RawWebSocket peer = new RawWebSocket(server.port())) {
      for (int i = 0; i < 11; i++) {
        peer.send(RawWebSocket.masked(RawWebSocket.BINARY, aimed("01 0a10 GOOD 2001")));
      }

      for (int i = 0; i < 10; i++) {
        assertBadRequest(peer.answer());
      }
      assertThat(peer.closeCode()).isEqualTo(1003);
    }
  }

  @ParameterizedTest(name = "{0} -> {4}")
  @CsvSource(
      delimiter = '|',
      value = {
        "E-08 no protobuf | POST | Content-Type: application/x-protobuf | ffffff | 400",
        "E-08 cut short | POST | Content-Type: application/x-protobuf | 0a10 GOOD 1a7f | 400",
        "E-08 WebSocket header | POST | Content-Type: application/x-protobuf | 000a10 GOOD | 400",
        "E-08 no gzip | POST | Content-Type: application/x-protobuf, Content-Encoding: gzip"
            + " | 0a10 GOOD 2001 | 400",
        "E-08 gzip cut short | POST | Content-Type: application/x-protobuf, Content-Encoding: gzip"
            + " | 1f8b0800 | 400",
        "E-09 no uid | POST | Content-Type: application/x-protobuf | '' | 200",
        "E-09 uid of 17 bytes | POST | Content-Type: application/x-protobuf | 0a11 GOOD 00 | 200",
      })
  void aBrokenBodyIsABadRequestInTheTermsOfTheProtocol(
      String what, String method, String headers, String body, int status) throws IOException {
    HttpResponse<byte[]> response = exchange(method, headers, aimed(body));

    assertThat(response.statusCode()).as(what).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).hasValue("application/x-protobuf");
    assertBadRequest(ServerToAgent.parseFrom(response.body()));
  }

  @ParameterizedTest(name = "{0} -> {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "E-11 other content type | POST | Content-Type: application/json | 415"
            + " | Accept-Post: application/x-protobuf",
        "E-11 no content type | POST | X-None: 0 | 415 | Accept-Post: application/x-protobuf",
        "E-11 no upgrade | GET | X-None: 0 | 426 | Upgrade: websocket",
        "E-11 E-12 other method | PUT | Content-Type: application/x-protobuf | 405"
            + " | Allow: GET, POST",
        "E-12 GET of protobuf | GET | Content-Type: application/x-protobuf | 405 | Allow: POST",
        "E-13 unknown encoding | POST"
            + " | Content-Type: application/x-protobuf, Content-Encoding: br | 415"
            + " | Accept-Encoding: gzip, identity",
      })
  void aRequestThatIsNotOpampIsRefusedByItsHead(
      String what, String method, String headers, int status, String header) throws IOException {
    HttpResponse<byte[]> response = exchange(method, headers, aimed("0a10 GOOD 2001"));

    assertThat(response.statusCode()).as(what).isEqualTo(status);
    String[] expected = header.split(": ", 2);
    assertThat(response.headers().firstValue(expected[0])).hasValue(expected[1]);
  }

  @Test
  void aBodyAboveTheConfiguredLimitIs413HoweverItComes_E_14_LIM_17_LIM_18() throws IOException {
    String protobuf = "Content-Type: application/x-protobuf";
    String gzip = protobuf + ", Content-Encoding: gzip";
    byte[] above = padded("", LIMIT + 1);
    byte[] bomb = gzip(new byte[100 * LIMIT]);
    assertThat(bomb).hasSizeLessThan(LIMIT / 5);

    assertThat(exchange("POST", protobuf, padded("", LIMIT)).statusCode()).isEqualTo(200);
    assertThat(exchange("POST", protobuf, above).statusCode()).isEqualTo(413);
    assertThat(exchange("POST", gzip, gzip(above)).statusCode()).isEqualTo(413);
    assertThat(exchange("POST", gzip, bomb).statusCode()).isEqualTo(413);
  }

  @Test
  void theWellBehavedAgentIsStillConfiguredInTheMidstOfThis() throws IOException {
    try (RawWebSocket peer = new RawWebSocket(server.port())) {
      for (int i = 0; i < 9; i++) {
        peer.send(RawWebSocket.masked(RawWebSocket.BINARY, aimed("01 0a10 GOOD 2001")));
      }
      rest.post(
          "/api/v1/configurations",
          Map.of(
              "name",
              "calm",
              "selector",
              "service.name=own-agent",
              "files",
              Map.of("a.yaml", Map.of("body", "a: 1"))));
      assertThat(agent.takeOffer()).isEqualTo("a: 1");
      peer.send(RawWebSocket.masked(RawWebSocket.TEXT, new byte[0]));
      agent.reportApplied();
    }
    rest.awaitAgent(
        agent.uid(),
        "has applied it",
        node ->
            node.get("state").asText().equals("Connected")
                && node.at("/remoteConfigStatus/status").asText().equals("APPLIED"));
    before = wellBehaved();
  }

  /** A peer that does everything right is answered. */
  private static void serveTheNextPeer() throws IOException {
    try (RawWebSocket peer = new RawWebSocket(server.port())) {
      peer.send(RawWebSocket.masked(RawWebSocket.BINARY, PROBE_HEARTBEAT));
      assertThat(peer.answer().hasErrorResponse()).as("a good message is answered").isFalse();
    }
  }

  /** All that is shown of the agent but the time it was last seen: it keeps sending heartbeats. */
  private static JsonNode wellBehaved() {
    ObjectNode shown = (ObjectNode) rest.get("/api/v1/agents/" + agent.uid());
    assertThat(shown.remove("lastSeen")).isNotNull();
    assertThat(shown.get("state").asText()).as(shown.toString()).isEqualTo("Connected");
    assertThat(shown.get("remoteAddress").asText()).as("its one connection").isNotEmpty();
    return shown;
  }

  private static void assertBadRequest(ServerToAgent answer) {
    assertThat(answer.getErrorResponse().getType())
        .as(answer.toString())
        .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_BadRequest);
    assertThat(answer.getErrorResponse().getErrorMessage()).isNotBlank();
    assertThat(answer.getErrorResponse().hasRetryInfo()).as("ERR-08").isFalse();
    assertThat(answer.toBuilder().clearInstanceUid().clearErrorResponse().build())
        .as("ERR-01: whatever else is in it")
        .isEqualTo(ServerToAgent.getDefaultInstance());
    assertThat(answer.getInstanceUid().isEmpty()).as("no uid is guessed").isTrue();
  }

  private static HttpResponse<byte[]> exchange(String method, String headers, byte[] body)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/v1/opamp"))
            .timeout(Duration.ofSeconds(Waiting.SECONDS))
            .header("OpAMP-Instance-UID", agent.uid().toString())
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    for (String header : headers.split(", ")) {
      String[] parts = header.split(": ", 2);
      request.header(parts[0], parts[1]);
    }
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    try {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted", e);
    }
  }

  /** The bytes with the uid of the well-behaved agent put in. */
  private static byte[] aimed(String hex) {
    return bytes(hex.replace("GOOD", agent.uid().toString().replace("-", "")));
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  /** A heartbeat of the probe, made as long as this by an unknown field, which is legal. */
  private static byte[] padded(String header, int size) {
    byte[] head = bytes(header + "0a10" + PROBE + "2001");
    // Field 1000, length-delimited, with a length of three bytes.
    int content = size - head.length - 5;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(head);
    out.writeBytes(bytes("c23e"));
    out.write(content & 0x7F | 0x80);
    out.write(content >> 7 & 0x7F | 0x80);
    out.write(content >> 14);
    out.writeBytes(new byte[content]);
    assertThat(out.size()).isEqualTo(size);
    return out.toByteArray();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }
}
