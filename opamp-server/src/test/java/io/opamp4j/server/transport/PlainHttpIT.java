package io.opamp4j.server.transport;

import static io.opamp4j.server.transport.ListenerUnderTest.RECEIVE_LIMIT;
import static io.opamp4j.server.transport.ListenerUnderTest.SEND_LIMIT;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.server.agents.Connection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
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
class PlainHttpIT {
  private static final String UID = "0190f5c27a3b7c118d220123456789ab";
  private static final byte[] HEARTBEAT = HexFormat.of().parseHex("0a10" + UID + "2001");
  private static final String PROTOBUF = "Content-Type: application/x-protobuf\r\n";

  private static ListenerUnderTest server;
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
    server.inbox().answerWith(FakeInbox::echo);
    peer = new RawPeer(server.port());
  }

  @AfterEach
  void disconnect() throws IOException {
    peer.close();
  }

  @Test
  void answersAPostWithOneMessageAndNoHeader_HTTP_02() throws Exception {
    post(PROTOBUF, HEARTBEAT);

    RawPeer.Response response = peer.response();

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.headers())
        .containsEntry("Content-Type", "application/x-protobuf")
        .doesNotContainKey("Content-Encoding");
    assertThat(response.body()).isEqualTo(HexFormat.of().parseHex("0a10" + UID + "3801"));
    FakeInbox.Event event = server.inbox().next();
    assertThat(event.connection().transport()).isEqualTo(Connection.Transport.HTTP);
    assertThat(event.message()).isEqualTo(AgentToServer.parseFrom(HEARTBEAT));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Application/X-Protobuf", "application/x-protobuf; charset=utf-8"})
  void comparesMediaTypes_E_10(String contentType) throws IOException {
    post("Content-Type: " + contentType + "\r\n", HEARTBEAT);

    assertThat(peer.response().status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "GZIP", "x-gzip"})
  void unpacksGzipAndPacksTheAnswer_HTTP_13_HTTP_15(String coding) throws IOException {
    post(
        PROTOBUF + "Content-Encoding: " + coding + "\r\nAccept-Encoding: gzip\r\n",
        gzip(HEARTBEAT));

    RawPeer.Response response = peer.response();

    assertThat(response.status()).isEqualTo(200);
    assertThat(response.headers()).containsEntry("Content-Encoding", "gzip");
    byte[] body = new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes();
    assertThat(ServerToAgent.parseFrom(body).getInstanceUid()).isEqualTo(ByteString.fromHex(UID));
  }

  @Test
  void doesNotPackTheAnswerAgainstTheWishOfThePeer_E_52() throws IOException {
    post(PROTOBUF + "Accept-Encoding: gzip;q=0, *\r\n", HEARTBEAT);

    assertThat(peer.response().headers()).doesNotContainKey("Content-Encoding");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "no protobuf, X-None: 0, ffffff",
    "no gzip, Content-Encoding: gzip, 0a10",
    "gzip cut short, Content-Encoding: gzip, 1f8b0800",
  })
  void answersBadBodiesWithAStatusAndAMessage_E_08(String what, String header, String body)
      throws IOException {
    post(PROTOBUF + header + "\r\n", HexFormat.of().parseHex(body));

    RawPeer.Response response = peer.response();

    assertThat(response.status()).as(what).isEqualTo(400);
    assertThat(response.headers()).containsEntry("Content-Type", "application/x-protobuf");
    ServerToAgent answer = ServerToAgent.parseFrom(response.body());
    assertThat(answer.getErrorResponse().getType())
        .isEqualTo(ServerErrorResponseType.ServerErrorResponseType_BadRequest);
  }

  @ParameterizedTest(name = "{0} {1} -> {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "POST | Content-Type: application/json | {} | 415 | Accept-Post | application/x-protobuf",
        "POST | X-None: 0 | {} | 415 | Accept-Post | application/x-protobuf",
        "POST | Content-Type: application/x-protobuf,Content-Encoding: br | {} | 415"
            + " | Accept-Encoding | gzip, identity",
        "POST | Content-Type: application/x-protobuf,Content-Encoding: deflate | {} | 415"
            + " | Accept-Encoding | gzip, identity",
        "GET | X-None: 0 | '' | 426 | Upgrade | websocket",
        "GET | Upgrade: h2c,Connection: Upgrade | '' | 426 | Upgrade | websocket",
        "GET | Content-Type: application/x-protobuf | '' | 405 | Allow | POST",
        "PUT | Content-Type: application/x-protobuf | {} | 405 | Allow | GET, POST",
        "DELETE | X-None: 0 | '' | 405 | Allow | GET, POST",
        "OPTIONS | X-None: 0 | '' | 405 | Allow | GET, POST",
        "POST | Content-Type: application/x-protobuf,Expect: 200-ok | {} | 417 | Connection |"
            + " close",
      })
  void refusesByTheHeadAlone_E_11_E_12_E_13(
      String method, String headers, String body, int status, String header, String value)
      throws IOException {
    peer.send(
        method
            + " /v1/opamp HTTP/1.1\r\nHost: x\r\n"
            + headers.replace(",", "\r\n")
            + "\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);

    RawPeer.Response response = peer.response();

    assertThat(response.status()).isEqualTo(status);
    assertThat(response.headers()).containsEntry(header, value);
  }

  @ParameterizedTest(name = "{0} -> {3}")
  @CsvSource(
      delimiter = '|',
      value = {
        "wrong version | Version: 13 | Version: 8 | 426",
        "no version | Sec-WebSocket-Version | X-None | 426",
        "short key | Key: dGhlIHNhbXBsZSBub25jZQ== | Key: dGhl | 400",
        "key that is no base64 | Key: dGhlIHNhbXBsZSBub25jZQ== | Key: *** | 400",
        "no key | Sec-WebSocket-Key | X-None | 400",
        "no Connection: Upgrade | Connection: Upgrade | Connection: keep-alive | 400",
        "a body | Version: 13 | Version: 13;Content-Length: 3 | 400",
        "foreign origin | Version: 13 | Version: 13;Origin: http://evil | 403",
        "own origin | Version: 13 | Version: 13;Origin: http://localhost | 101",
        "several tokens | Connection: Upgrade | Connection: keep-alive, Upgrade | 101",
        "other case | Upgrade: websocket | upgrade: WebSocket | 101",
        "a query | /v1/opamp | /v1/opamp?x=1 | 101",
        "other path | /v1/opamp | /v1/opamp/ | 404",
        "HTTP/1.0 | HTTP/1.1 | HTTP/1.0 | 400",
      })
  void checksHandshakes_E_11(String what, String from, String to, int status) throws IOException {
    peer.send(RawPeer.handshake("/v1/opamp", "").replace(from, to.replace(";", "\r\n")));

    RawPeer.Response response = peer.response();

    assertThat(response.status()).as(what).isEqualTo(status);
    if (status == 426) {
      assertThat(response.headers()).containsEntry("Sec-WebSocket-Version", "13");
    }
  }

  @Test
  void takesABodyOfExactlyTheLimit_LIM_16_LIM_17() throws IOException {
    post(PROTOBUF, padded(RECEIVE_LIMIT));

    assertThat(peer.response().status()).isEqualTo(200);
  }

  @Test
  void refusesByTheAnnouncedLengthBeforeTheBodyComes_LIM_18() throws IOException {
    peer.send(
        "POST /v1/opamp HTTP/1.1\r\nHost: x\r\n"
            + PROTOBUF
            + "Expect: 100-continue\r\nContent-Length: "
            + (RECEIVE_LIMIT + 1)
            + "\r\n\r\n");

    assertThat(peer.response().status()).isEqualTo(413);
  }

  @Test
  void refusesAChunkedBodyWhenItExceedsTheLimit_LIM_18() throws IOException {
    peer.send(
        "POST /v1/opamp HTTP/1.1\r\nHost: x\r\n" + PROTOBUF + "Transfer-Encoding: chunked\r\n\r\n");
    String chunk = Integer.toHexString(10_000) + "\r\n" + "x".repeat(10_000) + "\r\n";
    for (int i = 0; i < 10; i++) {
      peer.send(chunk);
    }
    peer.send("1\r\nx\r\n");

    RawPeer.Response response = peer.response();
    assertThat(response.status()).isEqualTo(413);
    assertThat(response.headers()).containsEntry("Connection", "close");
    assertThat(peer.isAtEnd()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"-1, 200", "0, 200", "1, 413"})
  void theLimitCountsTheWholeUnpackedBody_LIM_16_LIM_17(int above, int status) throws IOException {
    byte[] body = gzip(padded(RECEIVE_LIMIT + above));
    assertThat(body.length).isLessThan(RECEIVE_LIMIT / 50);

    post(PROTOBUF + "Content-Encoding: gzip\r\n", body);

    assertThat(peer.response().status()).isEqualTo(status);
  }

  @Test
  void refusesABodyThatUnpacksToMoreThanTheLimit_LIM_17() throws IOException {
    post(PROTOBUF + "Content-Encoding: gzip\r\n", gzip(new byte[50_000_000]));

    assertThat(peer.response().status()).isEqualTo(413);
  }

  @Test
  void survivesABodyInTenThousandsOfTinyChunks() throws IOException {
    StringBuilder body = new StringBuilder();
    for (byte b : padded(30_000)) {
      body.append("1\r\n").append((char) (b & 0xFF)).append("\r\n");
    }
    peer.send(
        "POST /v1/opamp HTTP/1.1\r\nHost: x\r\n"
            + PROTOBUF
            + "Transfer-Encoding: chunked\r\n\r\n"
            + body
            + "0\r\n\r\n");

    assertThat(peer.response().status()).isEqualTo(200);
  }

  @Test
  void sends100WhenThePeerWaitsForItAndTheHeadIsInOrder() throws IOException {
    peer.send(
        "POST /v1/opamp HTTP/1.1\r\nHost: x\r\n"
            + PROTOBUF
            + "Expect: 100-continue\r\nContent-Length: "
            + HEARTBEAT.length
            + "\r\n\r\n");
    assertThat(peer.response().status()).isEqualTo(100);

    peer.send(HEARTBEAT);
    assertThat(peer.response().status()).isEqualTo(200);
  }

  /** Compressed, all of them would be tiny. */
  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1})
  void theLimitOfAnAnswerCountsBeforeCompression_LIM_24_LIM_25_LIM_26(int above) throws Exception {
    int overhead = 4;
    ServerToAgent answer =
        ServerToAgent.newBuilder()
            .setInstanceUid(ByteString.copyFrom(new byte[SEND_LIMIT - overhead + above]))
            .build();
    assertThat(answer.getSerializedSize()).isEqualTo(SEND_LIMIT + above);
    server.inbox().answerWith((connection, message) -> connection.send(answer));

    try (LogCapture log = new LogCapture()) {
      post(PROTOBUF + "Accept-Encoding: gzip\r\n", HEARTBEAT);
      RawPeer.Response response = peer.response();

      if (above <= 0) {
        assertThat(response.status()).isEqualTo(200);
        byte[] body = new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes();
        assertThat(ServerToAgent.parseFrom(body)).isEqualTo(answer);
        assertThat(log.errors()).isEmpty();
      } else {
        assertThat(response.status()).isEqualTo(500);
        assertThat(log.errors()).singleElement().asString().contains("was not sent");
      }
    }
  }

  @Test
  void doesNotSendAnAnswerAboveTheLimit_LIM_25() throws IOException {
    server
        .inbox()
        .answerWith(
            (connection, message) ->
                connection.send(
                    ServerToAgent.newBuilder()
                        .setInstanceUid(ByteString.copyFrom(new byte[SEND_LIMIT]))
                        .build()));
    post(PROTOBUF, HEARTBEAT);

    RawPeer.Response response = peer.response();
    assertThat(response.status()).isEqualTo(500);
    assertThat(response.body()).hasSizeLessThan(100);
  }

  @Test
  void sendsOnlyTheFirstOfTwoAnswers() throws IOException {
    server
        .inbox()
        .answerWith(
            (connection, message) -> {
              FakeInbox.echo(connection, message);
              connection.send(ServerToAgent.getDefaultInstance());
              connection.ping();
              connection.close(1000, "over");
            });
    post(PROTOBUF, HEARTBEAT);
    assertThat(peer.response().body()).isNotEmpty();

    server.inbox().answerWith(FakeInbox::echo);
    post(PROTOBUF, HEARTBEAT);
    assertThat(peer.response().status()).isEqualTo(200);
  }

  @Test
  void answersPipelinedRequestsInOrder() throws IOException {
    ByteArrayOutputStream requests = new ByteArrayOutputStream();
    int count = 50;
    for (int i = 0; i < count; i++) {
      byte[] body =
          AgentToServer.newBuilder()
              .setInstanceUid(ByteString.fromHex(UID))
              .setSequenceNum(i)
              .build()
              .toByteArray();
      requests.writeBytes(ascii(head(PROTOBUF, body.length)));
      requests.writeBytes(body);
      requests.writeBytes(ascii("GET /favicon.svg HTTP/1.1\r\nHost: x\r\n\r\n"));
    }
    peer.send(requests.toByteArray());

    for (int i = 0; i < count; i++) {
      assertThat(ServerToAgent.parseFrom(peer.response().body()).getCapabilities())
          .isEqualTo(i + 1L);
      assertThat(peer.response().headers()).containsEntry("Content-Type", "image/svg+xml");
    }
  }

  @Test
  void answersAnH2cUpgradeAsAnOrdinaryRequest() throws Exception {
    HttpResponse<byte[]> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port() + "/v1/opamp"))
                    .timeout(Duration.ofSeconds(10))
                    .header("Content-Type", "application/x-protobuf")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(HEARTBEAT))
                    .build(),
                HttpResponse.BodyHandlers.ofByteArray());

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "garbage, hello~~, 400",
    "HTTP/2 without asking, PRI * HTTP/2.0~~SM~~, 505",
    "no Host, GET / HTTP/1.1~~, 400",
    "two Hosts, GET / HTTP/1.1~Host: a~Host: b~~, 400",
    "negative length, POST /v1/opamp HTTP/1.1~Host: a~Content-Length: -1~~, 400",
  })
  void refusesWhatIsNoRequest(String what, String request, int status) throws IOException {
    peer.send(request.replace("~", "\r\n"));

    assertThat(peer.response().status()).as(what).isEqualTo(status);
    assertThat(peer.isAtEnd()).isTrue();
  }

  @Test
  void refusesHeadsAboveTheirLimits() throws IOException {
    peer.send("GET /" + "x".repeat(9000) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    assertThat(peer.response().status()).isEqualTo(414);

    try (RawPeer other = new RawPeer(server.port())) {
      other.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(17_000) + "\r\n\r\n");
      assertThat(other.response().status()).isEqualTo(431);
    }
  }

  @Test
  void closesWhenAskedAndSpeaksHttp10() throws IOException {
    peer.send("GET / HTTP/1.0\r\n\r\n");

    assertThat(peer.response().headers()).containsEntry("Connection", "close");
    assertThat(peer.isAtEnd()).isTrue();
  }

  @Test
  void survivesAPeerThatGoesBeforeItsAnswer() throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    CountDownLatch answered = new CountDownLatch(1);
    server
        .inbox()
        .answerWith(
            (connection, message) -> {
              awaitQuietly(gone);
              FakeInbox.echo(connection, message);
              answered.countDown();
            });
    post(PROTOBUF, HEARTBEAT);
    server.inbox().next();
    peer.reset();
    gone.countDown();

    assertThat(answered.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void answers503WithRetryAfterWhenTheInboxIsTooSlow() throws Exception {
    TransportSettings settings = ListenerUnderTest.impatient(Duration.ofMillis(300));
    try (ListenerUnderTest impatient = ListenerUnderTest.start(settings, SEND_LIMIT);
        RawPeer waiting = new RawPeer(impatient.port())) {
      impatient.inbox().answerWith((connection, message) -> {});
      waiting.send(ascii(head(PROTOBUF, HEARTBEAT.length)), HEARTBEAT);

      RawPeer.Response response = waiting.response();

      assertThat(response.status()).isEqualTo(503);
      assertThat(response.headers()).containsEntry("Retry-After", "30");
    }
  }

  @Test
  void answers503WithRetryAfterWhenNoWorkerIsFree_E_57() throws Exception {
    Duration time = Duration.ofSeconds(20);
    TransportSettings settings =
        new TransportSettings(time, time, time, time, time, time, time, 2, 1, 1, 1);
    CountDownLatch gate = new CountDownLatch(1);
    try (ListenerUnderTest busy = ListenerUnderTest.start(settings, SEND_LIMIT);
        RawPeer worked = new RawPeer(busy.port());
        RawPeer one = new RawPeer(busy.port());
        RawPeer other = new RawPeer(busy.port())) {
      busy.inbox().holdUp(gate);
      worked.send(ascii(head(PROTOBUF, HEARTBEAT.length)), HEARTBEAT);
      busy.inbox().next();

      // One thread is held up and one task may wait, so one of the next two is refused.
      one.send(ascii(head(PROTOBUF, HEARTBEAT.length)), HEARTBEAT);
      other.send(ascii(head(PROTOBUF, HEARTBEAT.length)), HEARTBEAT);
      // Threads of their own: the common pool may have only one, and both must wait at once.
      Executor threads = task -> new Thread(task).start();
      CompletableFuture<RawPeer.Response> first =
          CompletableFuture.supplyAsync(one::responseNow, threads);
      CompletableFuture<RawPeer.Response> second =
          CompletableFuture.supplyAsync(other::responseNow, threads);
      RawPeer.Response response =
          (RawPeer.Response) CompletableFuture.anyOf(first, second).get(10, TimeUnit.SECONDS);
      assertThat(response.status()).isEqualTo(503);
      assertThat(response.headers()).containsEntry("Retry-After", "30");

      gate.countDown();
      assertThat(
              first.get(10, TimeUnit.SECONDS).status() + second.get(10, TimeUnit.SECONDS).status())
          .isEqualTo(200 + 503);
      assertThat(worked.response().status()).isEqualTo(200);
    }
  }

  @Test
  void closesIdleAndSlowPeers() throws Exception {
    TransportSettings settings = ListenerUnderTest.impatient(Duration.ofMillis(300));
    try (ListenerUnderTest impatient = ListenerUnderTest.start(settings, SEND_LIMIT);
        RawPeer silent = new RawPeer(impatient.port());
        RawPeer slowHead = new RawPeer(impatient.port());
        RawPeer slowBody = new RawPeer(impatient.port());
        RawPeer idle = new RawPeer(impatient.port());
        RawPeer webSocket = RawPeer.webSocket(impatient.port())) {
      slowHead.send("GET / HTTP/1.1\r\nHost:");
      slowBody.send(head(PROTOBUF, 10));
      idle.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");

      assertThat(slowBody.response().status()).isEqualTo(408);
      assertThat(idle.response().status()).isEqualTo(200);
      assertThat(silent.isAtEnd()).isTrue();
      assertThat(slowHead.isAtEnd()).isTrue();
      assertThat(slowBody.isAtEnd()).isTrue();
      assertThat(idle.isAtEnd()).isTrue();
      // The reaper has been round more than once by now, and WebSockets are not its business.
      webSocket.send(WsBytes.frame(true, WsBytes.PING, new byte[0]));
      assertThat(webSocket.frame().opcode()).isEqualTo(WsBytes.PONG);
    }
  }

  private void post(String headers, byte[] body) throws IOException {
    peer.send(ascii(head(headers, body.length)), body);
  }

  private static String head(String headers, int length) {
    return "POST /v1/opamp HTTP/1.1\r\nHost: x\r\n"
        + headers
        + "Content-Length: "
        + length
        + "\r\n\r\n";
  }

  private static byte[] padded(int size) {
    // 18 bytes of uid, then tag and three bytes of length, twice.
    byte[] hash = new byte[size - 18 - 4 - 4];
    byte[] message =
        AgentToServer.newBuilder()
            .setInstanceUid(ByteString.fromHex(UID))
            .setAvailableComponents(
                AvailableComponents.newBuilder().setHash(ByteString.copyFrom(hash)))
            .build()
            .toByteArray();
    assertThat(message).hasSize(size);
    return message;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
