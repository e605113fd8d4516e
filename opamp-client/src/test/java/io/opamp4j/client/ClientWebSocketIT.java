package io.opamp4j.client;

import static io.opamp4j.client.Messages.UID;
import static io.opamp4j.client.Messages.answer;
import static io.opamp4j.client.Messages.config;
import static io.opamp4j.client.Messages.decoded;
import static io.opamp4j.client.Messages.framed;
import static io.opamp4j.client.Messages.health;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.report.Section;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgentFlags;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client over WebSocket, against a peer that speaks the bytes itself. */
@Timeout(30)
class ClientWebSocketIT {
  private final Heard heard = new Heard();
  private WebSocketPeer.Port port;
  private OpampClient client;

  @BeforeEach
  void listen() throws Exception {
    port = new WebSocketPeer.Port();
  }

  @AfterEach
  void stop() throws Exception {
    if (client != null) {
      // A test may have left the peer deaf, so the end is not waited for.
      client.stop(Duration.ZERO);
    }
    port.close();
  }

  @Test
  void theFirstMessageIsABinaryReportBehindAZeroByte() throws Exception {
    start(builder().health(health("ok")));
    WebSocketPeer peer = port.knock();
    assertThat(peer.requestLine()).isEqualTo("GET /v1/opamp HTTP/1.1");
    WebSocketPeer.Frame frame = peer.accept().read();

    assertThat(frame.opcode()).isEqualTo(WebSocketPeer.BINARY);
    assertThat(frame.payload()[0]).as("WS-03").isZero();
    AgentToServer first = decoded(frame);
    assertThat(first.getInstanceUid()).isEqualTo(UID.toBytes());
    assertThat(first.getSequenceNum()).isZero();
    assertThat(first.getHealth()).isEqualTo(health("ok"));
    assertThat(first.getCapabilities()).as("status, health, heartbeat").isEqualTo(0x2801);
    peer.binary(framed(answer()));
    assertThat(heard.next()).isEqualTo("connected");
    assertThat(client.isConnected()).isTrue();
  }

  @Test
  void aChangeIsToldAndOnlyTheChange() throws Exception {
    WebSocketPeer peer = connected(builder().health(health("ok")));
    client.setEffectiveConfig(Messages.effective("x"));
    AgentToServer message = decoded(peer.read());
    assertThat(message.getEffectiveConfig()).isEqualTo(Messages.effective("x"));
    assertThat(message.hasHealth()).isFalse();
    assertThat(message.getCapabilities() & 0x4).as("CAP-04").isNotZero();
    assertThat(message.getSequenceNum()).isEqualTo(1);
  }

  @Test
  void anAppliedConfigIsReportedWithTheEffectiveConfigInOneMessage() throws Exception {
    WebSocketPeer peer =
        connected(
            builder()
                .remoteConfig(
                    offer ->
                        RemoteConfigResult.applied(
                            Messages.effective(offer.files().get("").getBody().toStringUtf8()))));
    peer.binary(framed(answer().setRemoteConfig(config("a"))));

    AgentToServer status = decoded(peer.read());
    assertThat(status.getRemoteConfigStatus().getStatus())
        .isEqualTo(RemoteConfigStatuses.RemoteConfigStatuses_APPLIED);
    assertThat(status.getRemoteConfigStatus().getLastRemoteConfigHash().toStringUtf8())
        .isEqualTo("hash of a");
    assertThat(status.getEffectiveConfig()).isEqualTo(Messages.effective("a"));
  }

  @Test
  void aCallbackThatThrowsIsAFailedConfigAndNothingElse() throws Exception {
    WebSocketPeer peer =
        connected(
            builder()
                .remoteConfig(
                    offer -> {
                      throw new IllegalStateException("unknown exporter");
                    }));
    peer.binary(framed(answer().setRemoteConfig(config("a"))));
    AgentToServer status = decoded(peer.read());
    assertThat(status.getRemoteConfigStatus().getStatus())
        .isEqualTo(RemoteConfigStatuses.RemoteConfigStatuses_FAILED);
    assertThat(status.getRemoteConfigStatus().getErrorMessage()).isEqualTo("unknown exporter");
    client.setHealth(health("still here"));
    assertThat(decoded(peer.read()).getHealth().getStatus()).isEqualTo("still here");
  }

  @Test
  void aConfigThatTakesTimeIsReportedAsApplyingFirst() throws Exception {
    CompletableFuture<RemoteConfigResult> outcome = new CompletableFuture<>();
    WebSocketPeer peer =
        connected(builder().remoteConfig(offer -> RemoteConfigResult.later(outcome)));
    peer.binary(framed(answer().setRemoteConfig(config("a"))));
    assertThat(decoded(peer.read()).getRemoteConfigStatus().getStatus())
        .isEqualTo(RemoteConfigStatuses.RemoteConfigStatuses_APPLYING);
    outcome.complete(RemoteConfigResult.rejected("no disk"));
    AgentToServer last = decoded(peer.read());
    assertThat(last.getRemoteConfigStatus().getStatus())
        .isEqualTo(RemoteConfigStatuses.RemoteConfigStatuses_FAILED);
    assertThat(last.getRemoteConfigStatus().getErrorMessage()).isEqualTo("no disk");
  }

  @Test
  void onlyTheOutcomeOfTheLatestOfferIsTold() throws Exception {
    CompletableFuture<RemoteConfigResult> first = new CompletableFuture<>();
    WebSocketPeer peer =
        connected(
            builder()
                .remoteConfig(
                    offer ->
                        offer.hash().toStringUtf8().endsWith("a")
                            ? RemoteConfigResult.later(first)
                            : RemoteConfigResult.applied()));
    peer.binary(framed(answer().setRemoteConfig(config("a"))));
    decoded(peer.read());
    peer.binary(framed(answer().setRemoteConfig(config("b"))));
    assertThat(
            decoded(peer.read()).getRemoteConfigStatus().getLastRemoteConfigHash().toStringUtf8())
        .isEqualTo("hash of b");
    first.complete(RemoteConfigResult.applied());
    client.setHealth(health("after"));
    assertThat(decoded(peer.read()).hasRemoteConfigStatus()).isFalse();
  }

  @Test
  void aSlowCallbackDoesNotStallTheConnectionNorRunTwice() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    AtomicInteger calls = new AtomicInteger();
    WebSocketPeer peer =
        connected(
            builder()
                .remoteConfig(
                    offer -> {
                      calls.incrementAndGet();
                      try {
                        release.await(10, TimeUnit.SECONDS);
                      } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                      }
                      return RemoteConfigResult.applied();
                    }));
    peer.binary(framed(answer().setRemoteConfig(config("a"))));
    peer.binary(framed(answer().setRemoteConfig(config("a"))));
    client.setHealth(health("busy"));
    assertThat(decoded(peer.read()).getHealth().getStatus()).isEqualTo("busy");
    peer.binary(framed(answer().setRemoteConfig(config("a"))));
    release.countDown();
    assertThat(decoded(peer.read()).hasRemoteConfigStatus()).isTrue();
    assertThat(calls).hasValue(1);
  }

  @Test
  void aReportIsGivenInFullWhenAskedFor() throws Exception {
    WebSocketPeer peer = connected(builder().health(health("ok")));
    peer.binary(
        framed(answer().setFlags(ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE)));
    assertThat(decoded(peer.read()).getHealth()).isEqualTo(health("ok"));
  }

  @Test
  void heartbeatsGoOutInTheInterval() throws Exception {
    WebSocketPeer peer = connected(builder().heartbeatInterval(Duration.ofMillis(20)));
    for (long sequence = 1; sequence <= 3; sequence++) {
      AgentToServer heartbeat = decoded(peer.read());
      assertThat(heartbeat.getSequenceNum()).isEqualTo(sequence);
      assertThat(Section.presentIn(heartbeat)).isEmpty();
      peer.binary(framed(answer()));
    }
  }

  @Test
  void messagesDoNotMakeThreads() throws Exception {
    WebSocketPeer peer = connected(builder().health(health("ok")));
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    for (int i = 0; i < 20; i++) {
      client.setHealth(health("state " + i));
      assertThat(decoded(peer.read()).hasHealth()).isTrue();
      peer.binary(framed(answer()));
    }
    Set<Thread> more = new HashSet<>(Thread.getAllStackTraces().keySet());
    more.removeAll(before);
    // Timers that Tyrus would start for each message; the pool that reads and writes is bounded.
    assertThat(more).extracting(Thread::getName).noneMatch(name -> name.matches("tyrus-.*"));
  }

  @Test
  void stopSaysGoodbyeAndThenCloses() throws Exception {
    WebSocketPeer peer = connected(builder());
    CompletableFuture<Boolean> stopped =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return client.stop(Duration.ofSeconds(10));
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    assertThat(decoded(peer.read()).hasAgentDisconnect()).as("CLOSE-01").isTrue();
    WebSocketPeer.Frame close = peer.read();
    assertThat(close.opcode()).as("CLOSE-02").isEqualTo(WebSocketPeer.CLOSE);
    assertThat(close.closeCode()).isEqualTo(1000);
    peer.closeFrame(1000);
    assertThat(stopped.get(10, TimeUnit.SECONDS)).isTrue();
    assertThat(heard.next(String.class)).isEqualTo("stopped");
    assertThat(peer.isEnded()).isTrue();
  }

  @Test
  void whatIsSetJustBeforeTheStopIsStillTold() throws Exception {
    WebSocketPeer peer = connected(builder());
    client.setHealth(health("last words"));
    client.stop(Duration.ZERO);
    AgentToServer last = decoded(peer.read());
    assertThat(last.getHealth().getStatus()).isEqualTo("last words");
    assertThat(decoded(peer.read()).hasAgentDisconnect()).isTrue();
    assertThat(peer.read().opcode()).isEqualTo(WebSocketPeer.CLOSE);
  }

  @Test
  void aCutConnectionIsReopenedAtOnceAndTheStateInDoubtToldAgain() throws Exception {
    WebSocketPeer peer = connected(builder());
    client.setHealth(health("in doubt"));
    peer.read();
    peer.close();

    assertThat(heard.next(Heard.Lost.class).retryIn()).isZero();
    AgentToServer again = decoded(port.knock().accept().read());
    assertThat(again.getHealth().getStatus()).isEqualTo("in doubt");
    assertThat(again.getSequenceNum()).isEqualTo(2);
  }

  @Test
  void aCloseFrameFromTheServerLeadsToAReconnect() throws Exception {
    WebSocketPeer peer = connected(builder());
    peer.closeFrame(1001);
    assertThat(peer.read().opcode()).as("the closing handshake").isEqualTo(WebSocketPeer.CLOSE);
    assertThat(heard.next(Heard.Lost.class).loss().kind()).isEqualTo(LossKind.CLOSED);
    port.knock().accept().read();
  }

  @ParameterizedTest
  @CsvSource({
    "401, UNAUTHORIZED",
    "403, FORBIDDEN",
    "404, REJECTED",
    "413, TOO_LARGE",
    "429, THROTTLED",
    "500, SERVER_ERROR",
    "503, THROTTLED"
  })
  void aRefusedHandshakeIsToldApartByItsStatus(int status, LossKind kind) throws Exception {
    start(builder());
    port.knock().refuse(status);
    Heard.Failed failed = heard.next(Heard.Failed.class);
    assertThat(failed.loss().kind()).isEqualTo(kind);
    assertThat(failed.loss().detail()).contains(Integer.toString(status));
  }

  @Test
  void retryAfterOfARefusedHandshakeIsHonoured() throws Exception {
    start(builder());
    port.knock().refuse(503, "Retry-After: 77");
    Heard.Failed failed = heard.next(Heard.Failed.class);
    assertThat(failed.loss().retryAfter()).contains(Duration.ofSeconds(77));
    assertThat(failed.retryIn()).isEqualTo(Duration.ofSeconds(77));
  }

  @Test
  void aRedirectIsNotFollowed() throws Exception {
    start(builder());
    port.knock().refuse(302, "Location: ws://127.0.0.1:" + port.number() + "/elsewhere");
    heard.next(Heard.Failed.class);
    assertThat(port.knock().requestLine()).startsWith("GET /v1/opamp ");
  }

  @Test
  void unavailableMakesTheClientLeaveInOrder() throws Exception {
    WebSocketPeer peer = connected(builder());
    client.setHealth(health("busy"));
    peer.read();
    io.opamp4j.proto.ServerToAgent.Builder overloaded = answer().setCapabilities(0);
    overloaded
        .getErrorResponseBuilder()
        .setType(ServerErrorResponseType.ServerErrorResponseType_Unavailable);
    peer.binary(framed(overloaded));
    assertThat(decoded(peer.read()).hasAgentDisconnect()).isTrue();
    assertThat(peer.read().opcode()).isEqualTo(WebSocketPeer.CLOSE);
    assertThat(decoded(port.knock().accept().read()).getHealth().getStatus()).isEqualTo("busy");
  }

  @Test
  void aRefusedConnectionAndAnUnknownHostAreToldApart() throws Exception {
    int closed;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = free.getLocalPort();
    }
    start(builder(URI.create("ws://127.0.0.1:" + closed)));
    assertThat(heard.next(Heard.Failed.class).loss().kind()).isEqualTo(LossKind.UNREACHABLE);
    client.stop(Duration.ofSeconds(5));

    Heard other = new Heard();
    try (OpampClient lost =
        OpampClient.builder(URI.create("ws://host.invalid:1/")).listener(other).build()) {
      lost.start();
      assertThat(other.next(Heard.Failed.class).loss().kind()).isEqualTo(LossKind.UNKNOWN_HOST);
    }
  }

  @Test
  void aServerWithoutTlsIsATlsFailure() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Heard other = new Heard();
      OpampClient secure =
          OpampClient.builder(URI.create("wss://127.0.0.1:" + plain.getLocalPort()))
              .listener(other)
              .build();
      secure.start();
      try (var socket = plain.accept()) {
        socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes("US-ASCII"));
        assertThat(other.next(Heard.Failed.class).loss().kind()).isEqualTo(LossKind.TLS);
      }
      secure.stop(Duration.ZERO);
    }
  }

  @Test
  void headersAreAskedForOnEachConnect() throws Exception {
    AtomicInteger token = new AtomicInteger();
    start(builder().headers(() -> Map.of("Authorization", "Bearer " + token.incrementAndGet())));
    WebSocketPeer first = port.knock();
    assertThat(first.header("authorization")).isEqualTo("Bearer 1");
    first.refuse(401);
    assertThat(port.knock().header("authorization")).isEqualTo("Bearer 2");
  }

  @Test
  void aHeaderThatCannotBeSentIsNamedWithoutItsValue() throws Exception {
    start(builder().headers(() -> Map.of("Authorization", "secret\r\nX: y")));
    assertThat(heard.next(Heard.Failed.class).loss().detail())
        .contains("Authorization")
        .doesNotContain("secret");
  }

  @Test
  void unreadableMessagesAreReportedAndBorne() throws Exception {
    WebSocketPeer peer = connected(builder());
    peer.binary(new byte[] {1, 2, 3});
    assertThat(heard.next(String.class)).startsWith("malformed: ");
    peer.frame(WebSocketPeer.TEXT, "hello".getBytes("US-ASCII"));
    assertThat(heard.next(String.class)).startsWith("malformed: ").contains("text");
    peer.binary(new byte[0]);
    assertThat(heard.next(String.class)).startsWith("malformed: ");
    client.setHealth(health("still here"));
    assertThat(decoded(peer.read()).getHealth().getStatus()).isEqualTo("still here");
  }

  @Test
  void aMessageOverTheLimitIsDroppedWithClose1009() throws Exception {
    WebSocketPeer peer =
        connected(builder().receiveLimit(10_000).remoteConfig(o -> RemoteConfigResult.applied()));
    peer.binary(framed(answer().setRemoteConfig(config("x".repeat(9_000)))));
    assertThat(decoded(peer.read()).hasRemoteConfigStatus()).isTrue();
    peer.binary(framed(answer().setRemoteConfig(config("y".repeat(20_000)))));
    WebSocketPeer.Frame close = peer.read();
    assertThat(close.opcode()).isEqualTo(WebSocketPeer.CLOSE);
    assertThat(close.closeCode()).as("LIM-09").isEqualTo(1009);
    assertThat(heard.next(Heard.Lost.class).loss().kind()).isEqualTo(LossKind.MALFORMED);
  }

  @Test
  void fragmentsThatAddUpToMoreThanTheLimitEndTheConnectionWith1009() throws Exception {
    WebSocketPeer peer = connected(builder().receiveLimit(10_000));
    peer.frame(WebSocketPeer.BINARY, false, new byte[6_000]);
    peer.frame(WebSocketPeer.CONTINUATION, false, new byte[6_000]);
    assertThat(peer.read().closeCode()).isEqualTo(1009);
    assertThat(heard.next(Heard.Lost.class).loss().kind()).isEqualTo(LossKind.MALFORMED);
  }

  @Test
  void aFragmentedMessageIsReadWhole() throws Exception {
    WebSocketPeer peer = connected(builder().remoteConfig(o -> RemoteConfigResult.applied()));
    byte[] offer = framed(answer().setRemoteConfig(config("a")));
    peer.frame(WebSocketPeer.BINARY, false, Arrays.copyOf(offer, 7));
    peer.frame(WebSocketPeer.CONTINUATION, true, Arrays.copyOfRange(offer, 7, offer.length));
    assertThat(decoded(peer.read()).hasRemoteConfigStatus()).as("WS-09").isTrue();
  }

  @Test
  void aServerThatNeverAnswersTheCloseFrameIsNotWaitedForForEver() throws Exception {
    WebSocketPeer peer = connected(builder());
    assertThat(client.stop(Duration.ofSeconds(10))).isTrue();
    assertThat(decoded(peer.read()).hasAgentDisconnect()).isTrue();
    assertThat(peer.read().opcode()).isEqualTo(WebSocketPeer.CLOSE);
    assertThat(peer.isEnded()).as("the TCP connection is given up").isTrue();
  }

  @Test
  void aFrameFarOverTheLimitEndsTheConnectionToo() throws Exception {
    WebSocketPeer peer = connected(builder().receiveLimit(10_000));
    CompletableFuture<Void> flood =
        CompletableFuture.runAsync(
            () -> {
              try {
                peer.binary(new byte[8_000_000]);
              } catch (java.io.IOException e) {
                // The client hung up.
              }
            });
    heard.next(Heard.Lost.class);
    peer.close();
    flood.get(10, TimeUnit.SECONDS);
  }

  private ClientBuilder builder() {
    return builder(URI.create("ws://127.0.0.1:" + port.number()));
  }

  private ClientBuilder builder(URI endpoint) {
    return OpampClient.builder(endpoint).instanceUid(UID).backoff(Messages.QUICK).listener(heard);
  }

  private void start(ClientBuilder builder) {
    client = builder.build();
    client.start();
  }

  private WebSocketPeer connected(ClientBuilder builder) throws Exception {
    start(builder);
    WebSocketPeer peer = port.knock().accept();
    peer.read();
    peer.binary(framed(answer()));
    assertThat(heard.next()).isEqualTo("connected");
    return peer;
  }
}
