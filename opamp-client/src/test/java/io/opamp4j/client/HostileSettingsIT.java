package io.opamp4j.client;

import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED;
import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.report.Section;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.testkit.ManualTime;
import io.opamp4j.testkit.server.Offers;
import io.opamp4j.testkit.server.OpampAssertions;
import io.opamp4j.testkit.server.OpampServerExtension;
import io.opamp4j.testkit.server.Request;
import io.opamp4j.testkit.server.ScriptedServer;
import io.opamp4j.testkit.server.ServerTls;
import io.opamp4j.testkit.server.TestAuthority;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server that means harm, or is broken, can do to a client by its connection settings. */
@Timeout(60)
class HostileSettingsIT {
  private static final TestAuthority AUTHORITY = new TestAuthority();
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final String SECRET = "Bearer of-this-host";

  @RegisterExtension
  final OpampServerExtension home = OpampServerExtension.secure(ServerTls.of(AUTHORITY));

  @RegisterExtension
  final OpampServerExtension away = OpampServerExtension.secure(ServerTls.of(AUTHORITY));

  @RegisterExtension final OpampServerExtension plain = OpampServerExtension.plain();

  @TempDir Path directory;
  private final ManualTime time = new ManualTime();
  private final Heard heard = new Heard();
  private OpampClient client;

  @AfterEach
  void stop() throws Exception {
    if (client != null) {
      client.stop(Duration.ofSeconds(10));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void e35AnOfferOfAnotherHostDoesNotGetTheCredentialsOfTheFirst(String scheme) throws Exception {
    URI elsewhere = uri(away.server(), scheme);
    moves(scheme, URI.create(elsewhere.toString().replace("127.0.0.1", "localhost")));
    Request opening = away.server().awaitRequest();
    assertThat(opening.header("host").orElseThrow()).startsWith("localhost");
    assertThat(opening.headers().toString()).doesNotContain(SECRET);
    OpampAssertions.assertThat(away.server().awaitMessage(Messages::isSettled))
        .hasSettingsStatus(ConnectionSettingsStatuses_APPLIED, "S1");
    client.stop(Duration.ofSeconds(10));
    start(scheme);
    away.server().awaitMessage(AgentToServer::hasAgentDescription);
    assertThat(away.server().requests().toString()).as("after a restart").doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void e35AnOfferWithoutTlsDoesNotGetTheCredentialsGivenForTls(String scheme) throws Exception {
    moves(scheme, uri(plain.server(), scheme));
    assertThat(plain.server().awaitRequest().headers().toString()).doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void conn07AnotherPortOfTheSameHostGetsWhatWasNotOfferedAnew(String scheme) throws Exception {
    moves(scheme, uri(away.server(), scheme));
    assertThat(away.server().awaitRequest().header("Authorization")).contains(SECRET);
  }

  @Test
  void twoServersThatOfferEachOtherDoNotMakeTheClientSpin() throws Exception {
    AtomicInteger number = new AtomicInteger();
    home.server().answer(message -> endless(number, uri(away.server(), "http")));
    away.server().answer(message -> endless(number, uri(home.server(), "http")));
    start("http");
    for (int i = 0; i < 2; i++) {
      home.server().awaitMessage(AgentToServer::hasAgentDisconnect);
      away.server().awaitMessage(AgentToServer::hasAgentDisconnect);
    }
    home.server().awaitMessage(AgentToServer::hasAgentDisconnect);
    // That was the fifth offer it followed, and it heeds no more of them for half a minute.
    away.server().awaitMessage(Messages::isSettled);
    for (int i = 0; i < 2; i++) {
      time.advance(INTERVAL);
      OpampAssertions.assertThat(away.server().awaitMessage()).isHeartbeat();
    }
    assertThat(home.server().connections()).isZero();
    time.advance(INTERVAL);
    away.server().awaitMessage(AgentToServer::hasAgentDisconnect);
  }

  private static ServerToAgent endless(AtomicInteger number, URI elsewhere) {
    return Offers.settings("S" + number.incrementAndGet(), endpoint(elsewhere.toString()).build());
  }

  static Stream<Arguments> garbage() {
    return Stream.of(
        garbage("no URL", settings -> settings.setDestinationEndpoint("%%%")),
        garbage("no host", settings -> settings.setDestinationEndpoint("wss://")),
        garbage(
            "another scheme", settings -> settings.setDestinationEndpoint("file:///etc/passwd")),
        garbage("credentials", s -> s.setDestinationEndpoint("wss://user:secret@host/")),
        garbage("a line break", s -> s.setDestinationEndpoint("wss://host/\r\nX: secret")),
        garbage("a header with a line break", s -> header(s, "X", "secret\r\nY: z")),
        garbage("a header without a name", s -> header(s, "", "secret")),
        garbage("no authority", s -> s.getTlsBuilder().setCaPemContents("secret")),
        garbage("no version of TLS", s -> s.getTlsBuilder().setMinVersion("9.9")),
        garbage("no cipher", s -> s.getTlsBuilder().addCipherSuites("ROT13")),
        garbage("no proxy", s -> s.getProxyBuilder().setUrl("socks5://secret@p:1")),
        garbage(
            "no certificate",
            s -> s.getCertificateBuilder().setCert(ByteString.copyFromUtf8("secret"))),
        garbage(
            "a certificate without a key",
            s ->
                s.getCertificateBuilder()
                    .setCert(ByteString.copyFromUtf8(AUTHORITY.client("x").certificatePem()))),
        garbage(
            "the key of another",
            s ->
                s.getCertificateBuilder()
                    .setCert(ByteString.copyFromUtf8(AUTHORITY.client("x").certificatePem()))
                    .setPrivateKey(ByteString.copyFromUtf8(AUTHORITY.client("y").keyPem()))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("garbage")
  void conn08WhatCannotWorkIsRefusedWithoutLeavingTheConnection(
      String what, OpAMPConnectionSettings offer) throws Exception {
    ScriptedServer server = home.server();
    server.nextMessage().answer(Offers.settings("S1", offer));
    start("ws");
    AgentToServer refusal = server.awaitMessage(Messages::isSettled);
    OpampAssertions.assertThat(refusal)
        .as("CONN-18")
        .hasSettingsStatus(ConnectionSettingsStatuses_FAILED, "S1");
    assertThat(refusal.getConnectionSettingsStatus().getErrorMessage())
        .isNotEmpty()
        .doesNotContain("secret");
    time.advance(INTERVAL);
    OpampAssertions.assertThat(server.awaitMessage()).isHeartbeat();
    assertThat(server.requests()).hasSize(1);
    assertNothingKept();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "S1"})
  void anEmptyOfferChangesNothing(String hash) throws Exception {
    ScriptedServer server = home.server();
    server
        .nextMessage()
        .answer(
            Offers.settings(
                ConnectionSettingsOffers.newBuilder()
                    .setHash(ByteString.copyFromUtf8(hash))
                    .build()));
    start("ws");
    server.awaitMessage();
    AgentToServer said = server.awaitMessage();
    assertThat(said.getConnectionSettingsStatus().getStatus())
        .isEqualTo(ConnectionSettingsStatuses_FAILED);
    time.advance(INTERVAL);
    OpampAssertions.assertThat(server.awaitMessage()).isHeartbeat();
    assertThat(server.requests()).hasSize(1);
    assertNothingKept();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void lim08AnOversizedOfferChangesNothing(String scheme) throws Exception {
    ScriptedServer server = home.server();
    server.nextMessage().answer();
    server
        .nextMessage()
        .oversized(
            Offers.settings("S1", endpoint(uri(away.server(), scheme).toString()).build()),
            200_000);
    start(scheme);
    assertThat(heard.next(String.class)).isEqualTo("connected");
    time.advance(INTERVAL);
    Heard.Lost lost = heard.next(Heard.Lost.class);
    assertThat(lost.loss().kind()).as("LIM-21").isEqualTo(LossKind.MALFORMED);
    time.advance(lost.retryIn());
    server.awaitMessage();
    server.awaitMessage();
    OpampAssertions.assertThat(server.awaitMessage())
        .as("LIM-22")
        .hasNot(Section.CONNECTION_SETTINGS_STATUS);
    assertThat(away.server().requests()).isEmpty();
    assertNothingKept();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ws", "http"})
  void anOfferThatWasCutShortChangesNothing(String scheme) throws Exception {
    ScriptedServer server = home.server();
    ServerToAgent offer =
        Offers.settings("S1", endpoint(uri(away.server(), scheme).toString()).build());
    byte[] header = scheme.equals("ws") ? new byte[1] : new byte[0];
    byte[] whole = ByteString.copyFrom(header).concat(offer.toByteString()).toByteArray();
    server.nextMessage().malformed(Arrays.copyOf(whole, whole.length - 1));
    start(scheme);
    assertThat(heard.next(String.class)).startsWith("malformed");
    if (scheme.equals("ws")) {
      // The answer is missing still.
      time.advance(Duration.ofSeconds(30));
    }
    time.advance(heard.next(Heard.Failed.class).retryIn());
    server.awaitMessage();
    OpampAssertions.assertThat(server.awaitMessage()).hasNot(Section.CONNECTION_SETTINGS_STATUS);
    assertThat(away.server().requests()).isEmpty();
    assertNothingKept();
  }

  private void assertNothingKept() throws Exception {
    ClientMemory memory = new FileClientStore(directory.resolve("memory")).load().orElseThrow();
    assertThat(memory.hasCandidate()).isFalse();
    assertThat(memory.getSettings().toBuilder().clearHeartbeatIntervalSeconds().build())
        .isEqualTo(OpAMPConnectionSettings.getDefaultInstance());
  }

  private static Arguments garbage(String what, Consumer<OpAMPConnectionSettings.Builder> change) {
    OpAMPConnectionSettings.Builder settings =
        OpAMPConnectionSettings.newBuilder().setHeartbeatIntervalSeconds(INTERVAL.toSeconds());
    change.accept(settings);
    return Arguments.of(what, settings.build());
  }

  private static void header(OpAMPConnectionSettings.Builder settings, String key, String value) {
    settings.getHeadersBuilder().addHeadersBuilder().setKey(key).setValue(value);
  }

  /** Has the first server offer another endpoint, and no headers. */
  private void moves(String scheme, URI endpoint) {
    home.server()
        .nextMessage()
        .answer(Offers.settings("S1", endpoint(endpoint.toString()).build()));
    start(scheme);
  }

  private void start(String scheme) {
    client =
        OpampClient.builder(uri(home.server(), scheme))
            .instanceUid(Messages.UID)
            .description(Messages.description())
            .heartbeatInterval(INTERVAL)
            .receiveLimit(100_000)
            .headers(() -> Map.of("Authorization", SECRET))
            .tls(Tls.PLATFORM.trusting(AUTHORITY.pem(), false))
            .store(new FileClientStore(directory.resolve("memory")))
            .acceptOpampSettings()
            .listener(heard)
            .time(time)
            .build();
    client.start();
  }

  private static OpAMPConnectionSettings.Builder endpoint(String endpoint) {
    return OpAMPConnectionSettings.newBuilder()
        .setDestinationEndpoint(endpoint)
        .setHeartbeatIntervalSeconds(INTERVAL.toSeconds());
  }

  private static URI uri(ScriptedServer server, String scheme) {
    return scheme.equals("ws") ? server.webSocket() : server.http();
  }
}
