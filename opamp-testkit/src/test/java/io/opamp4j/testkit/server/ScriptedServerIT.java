package io.opamp4j.testkit.server;

import static io.opamp4j.testkit.server.JdkAgent.send;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.report.Section;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The scripted server under the JDK's own clients. */
@Timeout(30)
class ScriptedServerIT {
  private final ScriptedServer server = ScriptedServer.start();
  private final JdkAgent agent = new JdkAgent();

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void answersWithItsCapabilitiesOverBothTransportsOnOnePort() throws Exception {
    WebSocket socket = agent.open(server.webSocket());
    send(socket, agent.agent.next());
    ServerToAgent answer = agent.answer();
    assertThat(answer.getInstanceUid()).isEqualTo(JdkAgent.UID.toBytes());
    assertThat(answer.getCapabilities()).isEqualTo(0x7F);
    HttpResponse<byte[]> posted = agent.post(server.http(), agent.agent.next());
    assertThat(posted.headers().firstValue("content-type")).contains("application/x-protobuf");
    assertThat(JdkAgent.decoded(posted.body())).isEqualTo(answer);
    assertThat(server.http().getPort()).isEqualTo(server.webSocket().getPort());

    assertThat(server.awaitMessage().hasAgentDescription()).isTrue();
    OpampAssertions.assertThat(server.awaitMessage()).isHeartbeat();
    OpampAssertions.assertNumbersGrowByOne(server.messages());
    assertThat(server.awaitRequest().opensWebSocket()).isTrue();
    assertThat(server.awaitRequest().method()).isEqualTo("POST");
    assertThat(server.problems()).isEmpty();
  }

  @Test
  void pushesAtOnceOverAWebSocketAndWithTheNextAnswerOverHttp() throws Exception {
    server.push(Offers.config("first"));
    ServerToAgent polled = JdkAgent.decoded(agent.post(server.http(), agent.agent.next()).body());
    assertThat(polled)
        .as("capabilities and offer")
        .isEqualTo(
            Offers.config("first").toBuilder()
                .setInstanceUid(JdkAgent.UID.toBytes())
                .setCapabilities(0x7F)
                .build());
    WebSocket socket = agent.open(server.webSocket());
    send(socket, agent.agent.next());
    assertThat(agent.answer().hasRemoteConfig()).isFalse();
    server.push(Offers.config("second"));
    agent.agent.heard(agent.answer());
    send(socket, agent.agent.applied());
    AgentToServer applied = server.awaitMessage(Section.REMOTE_CONFIG_STATUS::isIn);
    OpampAssertions.assertThat(applied)
        .hasConfigStatus(RemoteConfigStatuses.RemoteConfigStatuses_APPLIED)
        .has(Section.EFFECTIVE_CONFIG)
        .hasNot(Section.AGENT_DESCRIPTION);
  }

  @Test
  void ordinaryAnswersAreWhatTheTestMakesOfTheMessage() throws Exception {
    InstanceUid other = new InstanceUid(3, 4);
    server.answer(
        message -> message.hasAgentDescription() ? Offers.newUid(other) : Offers.restart());
    WebSocket socket = agent.open(server.webSocket());
    send(socket, agent.agent.next());
    agent.agent.heard(agent.answer());
    assertThat(agent.agent.uid()).isEqualTo(other);
    send(socket, agent.agent.next());
    ServerToAgent second = agent.answer();
    assertThat(second.hasCommand()).isTrue();
    assertThat(second.getInstanceUid()).isEqualTo(other.toBytes());
  }

  @Test
  void refusalsAreUsedUpOneByOneOverBothTransports() throws Exception {
    server.nextConnection().refuse(503, Duration.ofSeconds(7));
    server.nextConnection().redirect(URI.create("http://127.0.0.1:1/"));
    server.nextConnection().accept();
    server.nextConnection().refuse(418);
    assertThatThrownBy(() -> agent.open(server.webSocket()))
        .hasCauseInstanceOf(WebSocketHandshakeException.class);
    HttpResponse<byte[]> redirected = agent.post(server.http(), agent.agent.next());
    assertThat(redirected.statusCode()).isEqualTo(307);
    assertThat(redirected.headers().firstValue("location")).contains("http://127.0.0.1:1/");
    assertThat(agent.post(server.http(), agent.agent.next()).statusCode()).isEqualTo(200);
    assertThat(agent.post(server.http(), agent.agent.next()).statusCode()).isEqualTo(418);
    assertThat(agent.post(server.http(), agent.agent.next()).statusCode()).isEqualTo(200);
    assertThat(server.messages()).as("those of the refused are not read").hasSize(2);
    assertThat(server.requests()).hasSize(5);
  }

  @Test
  void retryAfterIsInSeconds() throws Exception {
    server.nextConnection().refuse(429, Duration.ofMinutes(2));
    HttpResponse<byte[]> refused = agent.post(server.http(), agent.agent.next());
    assertThat(refused.headers().firstValue("retry-after")).contains("120");
  }

  @Test
  void whoIsNotAdmittedGets401() throws Exception {
    server.admit(request -> request.header("Authorization").filter("yes"::equals).isPresent());
    assertThat(agent.post(server.http(), agent.agent.next()).statusCode()).isEqualTo(401);
    HttpClient http = HttpClient.newHttpClient();
    http.newWebSocketBuilder()
        .header("authorization", "yes")
        .buildAsync(server.webSocket(), agent)
        .get(10, TimeUnit.SECONDS);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void aHeldHandshakeAndAHeldAnswerGoOnWhenTheTestSaysSo() throws Exception {
    Held handshake = server.nextConnection().hold();
    Held answer = server.nextMessage().hold();
    CompletableFuture<WebSocket> opening =
        HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(server.webSocket(), agent);
    server.awaitRequest();
    assertThat(opening).isNotDone();
    handshake.release();
    WebSocket socket = opening.get(10, TimeUnit.SECONDS);
    send(socket, agent.agent.next());
    send(socket, agent.agent.next());
    server.awaitMessage();
    server.awaitMessage();
    server.push(Offers.fullStateWanted());
    assertThat(agent.answer().getFlags()).as("the second answer").isZero();
    assertThat(agent.answer().getFlags()).as("the push").isEqualTo(1);
    answer.release();
    answer.release();
    assertThat(agent.answer().getCapabilities()).as("the first answer").isEqualTo(0x7F);
  }

  @Test
  void aHalfOpenWebSocketTakesEverythingAndSaysNothing() throws Exception {
    server.nextConnection().halfOpen();
    WebSocket socket = agent.open(server.webSocket());
    send(socket, agent.agent.next());
    server.awaitMessage();
    socket.sendPing(ByteBuffer.allocate(1)).get(10, TimeUnit.SECONDS);
    server.push(Offers.restart());
    socket.sendClose(1000, "").get(10, TimeUnit.SECONDS);
    assertThat(server.awaitClose()).isEqualTo(1000);
    server.cut();
    assertThat(agent.next()).as("nothing before the cut").isIn("cut", "closed with 1006");
  }

  @Test
  void pingsAreAnsweredAndCloseFramesReturned() throws Exception {
    WebSocket socket = agent.open(server.webSocket());
    socket.sendPing(ByteBuffer.allocate(1)).get(10, TimeUnit.SECONDS);
    assertThat(agent.next()).isEqualTo("pong");
    socket.sendClose(4001, "bye").get(10, TimeUnit.SECONDS);
    assertThat(agent.next()).isEqualTo("closed with 4001");
    assertThat(server.awaitClose()).isEqualTo(4001);
    assertThat(server.connections()).isZero();
  }

  @Test
  void messagesHaveFaultsOfTheirOwn() throws Exception {
    server.nextMessage().answer(Offers.unavailable(Duration.ofSeconds(3)));
    server.nextMessage().malformed(new byte[] {9, 9});
    server.nextMessage().oversized(Offers.restart(), 100_000);
    server.nextMessage().ignore();
    server.nextMessage().answer();
    server.nextMessage().close(1012);
    WebSocket socket = agent.open(server.webSocket());
    for (int i = 0; i < 6; i++) {
      send(socket, agent.agent.next());
    }
    assertThat(agent.answer().getErrorResponse().getRetryInfo().getRetryAfterNanoseconds())
        .isEqualTo(3_000_000_000L);
    assertThat(agent.next()).isEqualTo("malformed");
    ServerToAgent oversized = agent.answer();
    assertThat(oversized.hasCommand()).isTrue();
    assertThat(oversized.getSerializedSize()).isGreaterThan(100_000);
    assertThat(agent.answer().getCapabilities()).as("the fourth has no answer").isEqualTo(0x7F);
    assertThat(agent.next()).isEqualTo("closed with 1012");
  }

  @Test
  void aCutIsACutOverBothTransports() throws Exception {
    server.nextMessage().cut();
    server.nextMessage().cut();
    server.nextConnection().accept();
    server.nextConnection().accept();
    server.nextConnection().cut();
    WebSocket socket = agent.open(server.webSocket());
    send(socket, agent.agent.next());
    assertThat(agent.next()).isIn("cut", "closed with 1006");
    assertThat(server.awaitClose()).isEqualTo(1006);
    assertThatThrownBy(() -> agent.post(server.http(), agent.agent.next()))
        .isInstanceOf(java.io.IOException.class);
    assertThat(server.awaitMessage().hasAgentDescription()).isTrue();
    OpampAssertions.assertThat(server.awaitMessage()).isHeartbeat();
  }

  @Test
  void goneIsGoneAndBackIsBackOnTheSamePort() throws Exception {
    agent.open(server.webSocket());
    server.goAway();
    assertThat(agent.next()).isIn("cut", "closed with 1006");
    assertThatThrownBy(() -> agent.post(server.http(), agent.agent.next()))
        .isInstanceOf(ConnectException.class);
    server.comeBack();
    assertThat(agent.post(server.http(), agent.agent.next()).statusCode()).isEqualTo(200);
  }

  @Test
  void overlappingConnectionsAreCounted() throws Exception {
    WebSocket first = agent.open(server.webSocket());
    first.sendClose(1000, "").get(10, TimeUnit.SECONDS);
    server.awaitClose();
    agent.open(server.webSocket());
    assertThat(server.mostConnections()).isEqualTo(1);
    assertThat(agent.post(server.http(), agent.agent.next()).statusCode()).isEqualTo(200);
    assertThat(server.mostConnections()).isEqualTo(2);
  }

  @Test
  void aWaitThatFailsTellsWhatCame() throws Exception {
    server.patience(Duration.ofMillis(1));
    server.nextConnection().refuse(503);
    agent.post(server.http(), agent.agent.next());
    agent.post(server.http(), agent.agent.goodbye());
    assertThatThrownBy(() -> server.awaitMessage(Section.HEALTH::isIn))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("POST /v1/opamp")
        .hasMessageContaining("#1, agent_disconnect");
    assertThat(server.awaitMessage().hasAgentDisconnect())
        .as("what was looked at and not wanted is still there")
        .isTrue();
  }

  @Test
  void whatIsNotOpampIsAProblem() throws Exception {
    WebSocket socket = agent.open(server.webSocket());
    socket.sendText("hello", true).get(10, TimeUnit.SECONDS);
    socket.sendBinary(ByteBuffer.wrap(new byte[] {1}), true).get(10, TimeUnit.SECONDS);
    assertThat(agent.answer().getErrorResponse().getErrorMessage()).isNotEmpty();
    HttpResponse<String> got =
        HttpClient.newHttpClient()
            .send(
                java.net.http.HttpRequest.newBuilder(server.http()).build(),
                BodyHandlers.ofString());
    assertThat(got.statusCode()).isEqualTo(405);
    assertThat(server.problems()).hasSize(3);
  }

  @Test
  void headersCanBeAddedToARefusal() throws Exception {
    server.nextConnection().refuse(401, Map.of("WWW-Authenticate", "Bearer"));
    assertThat(
            agent.post(server.http(), agent.agent.next()).headers().firstValue("www-authenticate"))
        .contains("Bearer");
  }
}
