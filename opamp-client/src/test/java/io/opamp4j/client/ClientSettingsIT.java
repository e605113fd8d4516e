package io.opamp4j.client;

import static io.opamp4j.client.Messages.UID;
import static io.opamp4j.client.Messages.answer;
import static io.opamp4j.client.Messages.config;
import static io.opamp4j.client.Messages.decoded;
import static io.opamp4j.client.Messages.framed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpServer;
import io.opamp4j.core.client.LossKind;
import io.opamp4j.core.wire.Bodies;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.ConnectionSettingsStatuses;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.RemoteConfigStatuses;
import io.opamp4j.proto.ServerToAgent;
import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connection settings, certificates and restarts, with real sockets and real TLS. */
@Timeout(60)
class ClientSettingsIT {
  @TempDir static Path authorityDirectory;
  @TempDir Path directory;
  private static TestAuthority authority;
  private static String authorityPem;

  private final Heard heard = new Heard();
  private WebSocketPeer.Port port;
  private WebSocketPeer.Port secure;
  private OpampClient client;

  @BeforeAll
  static void makeAuthority() throws Exception {
    authority = new TestAuthority(authorityDirectory);
    authorityPem = authority.pem();
  }

  @BeforeEach
  void listen() throws Exception {
    port = new WebSocketPeer.Port();
  }

  @AfterEach
  void stop() throws Exception {
    if (client != null) {
      client.stop(Duration.ZERO);
    }
    port.close();
    if (secure != null) {
      secure.close();
    }
    if (client != null) {
      // It must not write to the directory any more when that is removed.
      client.stop(Duration.ofSeconds(10));
    }
  }

  @Test
  void conn13TheClientMovesToTheNewServerWithItsHeadersAndStaysThere() throws Exception {
    try (WebSocketPeer.Port other = new WebSocketPeer.Port()) {
      WebSocketPeer old = connected(builder().headers(() -> Map.of("Authorization", "old")));
      OpAMPConnectionSettings.Builder settings = endpoint("ws://127.0.0.1:" + other.number());
      settings.getHeadersBuilder().addHeadersBuilder().setKey("Authorization").setValue("new");
      old.binary(framed(offer("S1", settings)));

      AgentToServer last = decoded(old.read());
      assertThat(last.getConnectionSettingsStatus().getStatus())
          .as("CONN-12")
          .isEqualTo(ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLYING);
      assertThat(last.hasAgentDisconnect()).as("DUP-02").isTrue();
      assertThat(old.read().opcode()).isEqualTo(WebSocketPeer.CLOSE);
      old.closeFrame(1000);

      WebSocketPeer moved = other.knock();
      assertThat(moved.header("authorization")).as("CONN-23").isEqualTo("new");
      moved.accept();
      AgentToServer first = decoded(moved.read());
      assertThat(first.getSequenceNum()).as("SEQ-01").isEqualTo(last.getSequenceNum() + 1);
      moved.binary(framed(answer()));
      assertThat(decoded(moved.read()).getConnectionSettingsStatus().getStatus())
          .as("CONN-14")
          .isEqualTo(ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED);
      moved.close();
      assertThat(other.knock().header("authorization")).as("CONN-15").isEqualTo("new");
    }
  }

  @Test
  void conn17ADeadEndpointLeadsBackToTheOldServer() throws Exception {
    int dead;
    try (java.net.ServerSocket free =
        new java.net.ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      dead = free.getLocalPort();
    }
    WebSocketPeer old = connected(builder());
    old.binary(framed(offer("S1", endpoint("ws://127.0.0.1:" + dead))));
    old.read();
    old.closeFrame(1000);
    WebSocketPeer again = port.knock().accept();
    ConnectionSettingsStatus status = decoded(again.read()).getConnectionSettingsStatus();
    assertThat(status.getStatus())
        .as("CONN-18")
        .isEqualTo(ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED);
    assertThat(status.getErrorMessage()).startsWith("UNREACHABLE");
  }

  @Test
  void close04FromWebSocketToHttpAndBack() throws Exception {
    BlockingQueue<AgentToServer> posted = new LinkedBlockingQueue<>();
    HttpServer http =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    http.createContext(
        "/",
        exchange -> {
          try {
            byte[] body = exchange.getRequestBody().readAllBytes();
            boolean gzip = exchange.getRequestHeaders().containsKey("Content-Encoding");
            AgentToServer message =
                Bodies.agentToServer(new ByteArrayInputStream(body), gzip, Messages.LIMIT);
            posted.add(message);
            boolean applied =
                message.getConnectionSettingsStatus().getStatus()
                    == ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED;
            ServerToAgent.Builder answer =
                applied ? offer("S2", endpoint("ws://127.0.0.1:" + port.number())) : answer();
            byte[] content = answer.build().toByteArray();
            exchange.sendResponseHeaders(200, content.length);
            exchange.getResponseBody().write(content);
          } catch (io.opamp4j.core.wire.MalformedMessageException e) {
            throw new java.io.IOException(e);
          } finally {
            exchange.close();
          }
        });
    http.start();
    try {
      WebSocketPeer old = connected(builder());
      old.binary(framed(offer("S1", endpoint("http://127.0.0.1:" + http.getAddress().getPort()))));
      old.read();
      old.closeFrame(1000);
      WebSocketPeer back = port.knock().accept();
      AgentToServer first = decoded(back.read());
      assertThat(posted).hasSizeGreaterThanOrEqualTo(3);
      AgentToServer goodbye = List.copyOf(posted).get(posted.size() - 1);
      assertThat(goodbye.hasAgentDisconnect()).as("CLOSE-04").isTrue();
      assertThat(first.getSequenceNum()).isEqualTo(goodbye.getSequenceNum() + 1);
      back.binary(framed(answer()));
      assertThat(
              decoded(back.read())
                  .getConnectionSettingsStatus()
                  .getLastConnectionSettingsHash()
                  .toStringUtf8())
          .isEqualTo("S2");
    } finally {
      http.stop(0);
    }
  }

  @Test
  void csr02ACertificateIsAskedForMadeVerifiedKeptAndUsedAfterARestart() throws Exception {
    secure = new WebSocketPeer.Port(authority.listen(false));
    ClientBuilder builder = secureBuilder().requestCertificate();
    WebSocketPeer first = connected(secure, builder);
    assertThat(first.certifiedName()).as("TOFU-01").isEmpty();
    String csr =
        decoded(first.read())
            .getConnectionSettingsRequest()
            .getOpamp()
            .getCertificateRequest()
            .getCsr()
            .toStringUtf8();
    OpAMPConnectionSettings.Builder settings = OpAMPConnectionSettings.newBuilder();
    settings.getCertificateBuilder().setCert(ByteString.copyFromUtf8(authority.sign(csr)));
    first.binary(framed(offer("S1", settings)));
    first.read();
    first.closeFrame(1000);

    WebSocketPeer certified = secure.knock();
    assertThat(certified.certifiedName()).as("CSR-10, CONN-24").isEqualTo("CN=" + UID);
    certified.accept().read();
    certified.binary(framed(answer()));
    assertThat(decoded(certified.read()).getConnectionSettingsStatus().getStatus())
        .isEqualTo(ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED);
    client.stop(Duration.ofSeconds(10));

    client = secureBuilder().requestCertificate().build();
    client.start();
    assertThat(secure.knock().certifiedName()).as("ROFU-02").isEqualTo("CN=" + UID);
  }

  @Test
  void conn24AnOfferedCertificateThatIsNotTrustedIsGivenUp() throws Exception {
    secure = new WebSocketPeer.Port(authority.listen(true));
    List<String> good = authority.client("good");
    TestAuthority stranger = new TestAuthority(directory);
    List<String> bad = stranger.client("bad");
    WebSocketPeer old =
        connected(
            secure,
            // Tyrus keeps to itself that a server refused the certificate under TLS 1.3.
            secureBuilder()
                .answerTimeout(Duration.ofSeconds(2))
                .tls(
                    Tls.PLATFORM
                        .trusting(authorityPem, false)
                        .presenting(good.get(0), good.get(1))));
    assertThat(old.certifiedName()).isEqualTo("CN=good");
    OpAMPConnectionSettings.Builder settings = OpAMPConnectionSettings.newBuilder();
    settings
        .getCertificateBuilder()
        .setCert(ByteString.copyFromUtf8(bad.get(0)))
        .setPrivateKey(ByteString.copyFromUtf8(bad.get(1)));
    old.binary(framed(offer("S1", settings)));
    old.read();
    old.closeFrame(1000);
    WebSocketPeer again = secure.knock();
    assertThat(again.certifiedName()).isEqualTo("CN=good");
    assertThat(decoded(again.accept().read()).getConnectionSettingsStatus().getStatus())
        .isEqualTo(ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED);
  }

  @ParameterizedTest
  @CsvSource({"wss, false", "wss, true", "https, false", "https, true"})
  void conn36AServerThatIsNotTrustedOrTooOldIsATlsFailure(String scheme, boolean trusted)
      throws Exception {
    secure = new WebSocketPeer.Port(authority.listen(false, "TLSv1.2"));
    client =
        OpampClient.builder(URI.create(scheme + "://127.0.0.1:" + secure.number()))
            .tls(trusted ? Tls.PLATFORM.trusting(authorityPem, true).atLeast("1.3") : Tls.PLATFORM)
            .listener(heard)
            .build();
    client.start();
    LossKind kind = heard.next(Heard.Failed.class).loss().kind();
    if (trusted) {
      // The server ends it, and its end of TCP can be read before its alert.
      assertThat(kind).isIn(LossKind.TLS, LossKind.BROKEN);
    } else {
      assertThat(kind).isEqualTo(LossKind.TLS);
    }
  }

  @Test
  void wrongTlsSettingsAreRefusedWhereTheyAreGivenWithoutShowingTheKey() {
    ClientBuilder builder = builder();
    assertThatThrownBy(() -> builder.tls(Tls.PLATFORM.atLeast("1.7"))).hasMessageContaining("1.7");
    assertThatThrownBy(() -> builder.tls(Tls.PLATFORM.trusting("nothing", false)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.tls(Tls.PLATFORM.presenting(authorityPem, "secret")))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .doesNotContain("secret");
  }

  @Test
  void aRestartedAgentKeepsItsIdAndRunsItsLastGoodConfigBeforeTheServerIsHeard() throws Exception {
    BlockingQueue<String> applied = new LinkedBlockingQueue<>();
    RemoteConfigHandler handler =
        offer -> {
          String body = offer.files().get("").getBody().toStringUtf8();
          applied.add(body);
          return body.startsWith("bad")
              ? RemoteConfigResult.rejected("bad")
              : RemoteConfigResult.applied(Messages.effective(body));
        };
    ClientBuilder firstBuilder = builder().remoteConfig(handler);
    WebSocketPeer first = connected(firstBuilder);
    first.binary(framed(answer().setRemoteConfig(config("good"))));
    first.read();
    first.binary(framed(answer().setRemoteConfig(config("bad"))));
    long last = decoded(first.read()).getSequenceNum();
    first.binary(framed(answer()));
    client.stop(Duration.ofSeconds(10));
    assertThat(List.copyOf(applied)).containsExactly("good", "bad");
    applied.clear();

    client =
        OpampClient.builder(URI.create("ws://127.0.0.1:" + port.number()))
            .backoff(Messages.QUICK)
            .listener(heard)
            .store(new FileClientStore(directory.resolve("memory")))
            .remoteConfig(handler)
            .build();
    client.start();
    assertThat(applied.poll(10, TimeUnit.SECONDS)).isEqualTo("good");
    assertThat(client.instanceUid()).isEqualTo(UID);
    AgentToServer again = decoded(port.knock().accept().read());
    assertThat(again.getSequenceNum()).as("after the goodbye").isEqualTo(last + 2);
    assertThat(again.getRemoteConfigStatus().getStatus())
        .as("what failed stays failed, so that it is not offered again")
        .isEqualTo(RemoteConfigStatuses.RemoteConfigStatuses_FAILED);
  }

  @Test
  void aDamagedStoreIsSaidAndTheClientBeginsAnew() throws Exception {
    Path file = directory.resolve("memory");
    java.nio.file.Files.write(file, new byte[100]);
    connectedAfter(
        "store: ",
        OpampClient.builder(URI.create("ws://127.0.0.1:" + port.number()))
            .listener(heard)
            .store(new FileClientStore(file)));
    assertThat(client.instanceUid()).isNotEqualTo(UID);
    assertThat(directory.toFile().list()).contains("memory", "memory.damaged");
  }

  private void connectedAfter(String complaint, ClientBuilder builder) throws Exception {
    client = builder.build();
    client.start();
    assertThat(heard.next(String.class)).startsWith(complaint);
    port.knock().accept().read();
  }

  private ClientBuilder builder() {
    return builder(URI.create("ws://127.0.0.1:" + port.number()));
  }

  private ClientBuilder secureBuilder() {
    return builder(URI.create("wss://127.0.0.1:" + secure.number()))
        .tls(Tls.PLATFORM.trusting(authorityPem, false));
  }

  private ClientBuilder builder(URI endpoint) {
    return OpampClient.builder(endpoint)
        .instanceUid(UID)
        .backoff(Messages.QUICK)
        .store(new FileClientStore(directory.resolve("memory")))
        .acceptOpampSettings()
        .listener(heard);
  }

  private WebSocketPeer connected(ClientBuilder builder) throws Exception {
    return connected(port, builder);
  }

  private WebSocketPeer connected(WebSocketPeer.Port where, ClientBuilder builder)
      throws Exception {
    client = builder.build();
    client.start();
    WebSocketPeer peer = where.knock().accept();
    peer.read();
    peer.binary(framed(answer()));
    assertThat(heard.next()).isEqualTo("connected");
    return peer;
  }

  private static OpAMPConnectionSettings.Builder endpoint(String endpoint) {
    return OpAMPConnectionSettings.newBuilder().setDestinationEndpoint(endpoint);
  }

  private static ServerToAgent.Builder offer(
      String hash, OpAMPConnectionSettings.Builder settings) {
    ServerToAgent.Builder offer = answer();
    offer.getConnectionSettingsBuilder().setHash(ByteString.copyFromUtf8(hash)).setOpamp(settings);
    return offer;
  }
}
