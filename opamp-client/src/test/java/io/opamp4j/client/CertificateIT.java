package io.opamp4j.client;

import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_APPLIED;
import static io.opamp4j.proto.ConnectionSettingsStatuses.ConnectionSettingsStatuses_FAILED;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.ServerErrorResponse;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.testkit.ManualTime;
import io.opamp4j.testkit.server.Credentials;
import io.opamp4j.testkit.server.Offers;
import io.opamp4j.testkit.server.OpampAssertions;
import io.opamp4j.testkit.server.OpampServerExtension;
import io.opamp4j.testkit.server.ScriptedServer;
import io.opamp4j.testkit.server.ServerTls;
import io.opamp4j.testkit.server.TestAuthority;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client's own certificate, from the request to the renewal, with real mutual TLS. */
@Timeout(60)
class CertificateIT {
  private static final TestAuthority AUTHORITY = new TestAuthority();
  private static final Duration INTERVAL = Duration.ofSeconds(10);

  @RegisterExtension
  final OpampServerExtension opamp = OpampServerExtension.secure(ServerTls.of(AUTHORITY));

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
  void csr02FromTheFirstContactToMutualTlsAndTheKeyStaysHere(String scheme) throws Exception {
    ScriptedServer server = opamp.server();
    URI endpoint = scheme.equals("ws") ? server.webSocket() : server.http();
    start(builder(endpoint).requestCertificate());
    String csr = csr(server.awaitMessage(AgentToServer::hasConnectionSettingsRequest));
    assertThat(server.awaitRequest().certifiedName()).as("TOFU-01, CSR-01").isEmpty();
    String key = stored().getCertificateRequest().getPrivateKey().toStringUtf8();
    server.push(certificate("C1", AUTHORITY.sign(csr)));
    time.advance(INTERVAL);
    OpampAssertions.assertThat(server.awaitMessage(Messages::isSettled))
        .hasSettingsStatus(ConnectionSettingsStatuses_APPLIED, "C1");
    assertThat(last(server)).as("CONN-24, CSR-10").isEqualTo("CN=" + Messages.UID);
    assertThat(stored().getSettings().getCertificate().getPrivateKey().toStringUtf8())
        .as("CSR-07: the certificate is joined with our key")
        .isEqualTo(key);
    assertThat(server.messages().stream().filter(AgentToServer::hasConnectionSettingsRequest))
        .as("asked once")
        .hasSize(1);
    String secret = key.lines().skip(1).findFirst().orElseThrow();
    assertThat(server.messages())
        .as("the key never leaves")
        .noneMatch(message -> message.toString().contains(secret));
    client.stop(Duration.ofSeconds(10));

    start(builder(endpoint).requestCertificate());
    server.awaitMessage(AgentToServer::hasAgentDescription);
    assertThat(last(server)).as("ROFU-02").isEqualTo("CN=" + Messages.UID);
  }

  @Test
  void csr15TheBootstrapCertificateIsDroppedOnceTheNewOneIsVerifiedAndNotBefore() throws Exception {
    ScriptedServer server = opamp.server();
    Credentials bootstrap = AUTHORITY.client("bootstrap");
    start(bootstrapped(server, bootstrap));
    String csr = csr(server.awaitMessage(AgentToServer::hasConnectionSettingsRequest));
    assertThat(last(server)).isEqualTo("CN=bootstrap");
    server.nextConnection().refuse(403);
    server.push(certificate("C1", AUTHORITY.sign(csr)));
    OpampAssertions.assertThat(server.awaitMessage(Messages::isSettled))
        .hasSettingsStatus(ConnectionSettingsStatuses_FAILED, "C1");
    assertThat(last(server)).as("not verified").isEqualTo("CN=bootstrap");
    server.push(certificate("C2", AUTHORITY.sign(csr)));
    OpampAssertions.assertThat(server.awaitMessage(Messages::isSettled))
        .hasSettingsStatus(ConnectionSettingsStatuses_APPLIED, "C2");
    assertThat(last(server)).isEqualTo("CN=" + Messages.UID);
    client.stop(Duration.ofSeconds(10));

    start(bootstrapped(server, bootstrap));
    server.awaitMessage(AgentToServer::hasAgentDescription);
    assertThat(last(server)).as("dropped for good").isEqualTo("CN=" + Messages.UID);
  }

  @Test
  void csr14ACertificateIsRenewedWithAnotherKeyWhenTwoThirdsOfItsLifeAreOver() throws Exception {
    ScriptedServer server = opamp.server();
    Instant from = ManualTime.START;
    start(builder(server.webSocket()).requestCertificate());
    String csr = csr(server.awaitMessage(AgentToServer::hasConnectionSettingsRequest));
    Duration life = Duration.ofDays(3000);
    server.push(certificate("C1", AUTHORITY.sign(csr, from, from.plus(life))));
    server.awaitMessage(Messages::isSettled);
    ByteString key = stored().getSettings().getCertificate().getPrivateKey();
    Messages.awaitQuiet(server, heard);

    time.advance(Duration.ofDays(2000).minusSeconds(1));
    OpampAssertions.assertThat(server.awaitMessage()).as("not yet").isHeartbeat();
    Messages.awaitQuiet(server, heard);
    time.advance(Duration.ofSeconds(1));
    AgentToServer asking = server.awaitMessage();
    assertThat(csr(asking)).isNotEqualTo(csr);
    assertThat(last(server)).as("asked with the old one").isEqualTo("CN=" + Messages.UID);
    server.push(certificate("C2", AUTHORITY.sign(csr(asking), from, from.plus(life))));
    OpampAssertions.assertThat(
            server.awaitMessage(message -> Messages.isSettled(message) && isAbout(message, "C2")))
        .hasSettingsStatus(ConnectionSettingsStatuses_APPLIED, "C2");
    assertThat(stored().getSettings().getCertificate().getPrivateKey()).isNotEqualTo(key);
    assertThat(stored().hasCertificateRequest()).isFalse();
    assertThat(server.mostConnections()).isEqualTo(1);
  }

  @Test
  void csr09ARefusalIsHeardAndTheClientDoesNotAskAgainForAnHour() throws Exception {
    ScriptedServer server = opamp.server();
    server.nextMessage().answer();
    server.nextMessage().answer(Offers.badRequest("unknown agent"));
    start(builder(server.webSocket()).requestCertificate());
    AgentToServer asking = server.awaitMessage(AgentToServer::hasConnectionSettingsRequest);
    assertThat(heard.next(ServerErrorResponse.class).getErrorMessage()).isEqualTo("unknown agent");
    List<AgentToServer> until = new ArrayList<>();
    for (int i = 0; i < 359; i++) {
      time.advance(INTERVAL);
      until.add(server.awaitMessage());
    }
    assertThat(until).noneMatch(AgentToServer::hasConnectionSettingsRequest);
    time.advance(INTERVAL);
    AgentToServer again = server.awaitMessage(AgentToServer::hasConnectionSettingsRequest);
    assertThat(csr(again)).isNotEqualTo(csr(asking));
    assertThat(server.requests()).as("the connection is in order").hasSize(1);
  }

  @Test
  void csr01AServerThatIsNotTrustedNeverSeesTheRequest() throws Exception {
    ServerTls stranger = ServerTls.of(new TestAuthority());
    try (ScriptedServer other = ScriptedServer.start(stranger)) {
      start(builder(other.webSocket()).requestCertificate());
      assertThat(heard.next(Heard.Failed.class).loss().kind())
          .isEqualTo(io.opamp4j.core.client.LossKind.TLS);
      assertThat(other.requests()).isEmpty();
    }
  }

  @Test
  void conn24AnOfferedCertificateThatTheServerDoesNotTrustIsGivenUp() throws Exception {
    ServerTls demanding = ServerTls.of(AUTHORITY).demandingCertificate();
    Credentials stranger = new TestAuthority().client("stranger");
    try (ScriptedServer server = ScriptedServer.start(demanding)) {
      start(bootstrapped(server.http(), AUTHORITY.client("good")));
      server.awaitMessage();
      OpAMPConnectionSettings.Builder settings = OpAMPConnectionSettings.newBuilder();
      settings
          .getCertificateBuilder()
          .setCert(ByteString.copyFromUtf8(stranger.certificatePem()))
          .setPrivateKey(ByteString.copyFromUtf8(stranger.keyPem()));
      server.push(Offers.settings("S1", settings.build()));
      time.advance(INTERVAL);
      for (Duration wait = Duration.ofNanos(1); !wait.isZero(); time.advance(wait)) {
        wait = heard.next(Heard.Failed.class).retryIn();
      }
      AgentToServer back = server.awaitMessage(Messages::isSettled);
      OpampAssertions.assertThat(back).hasSettingsStatus(ConnectionSettingsStatuses_FAILED, "S1");
      assertThat(last(server)).isEqualTo("CN=good");
    }
  }

  @Test
  void conn35TheAuthorityThatComesWithACertificateIsTrustedForNothing() throws Exception {
    ScriptedServer server = opamp.server();
    TestAuthority stranger = new TestAuthority();
    Credentials given = AUTHORITY.client("given");
    OpAMPConnectionSettings.Builder settings = OpAMPConnectionSettings.newBuilder();
    settings
        .getCertificateBuilder()
        .setCert(ByteString.copyFromUtf8(given.certificatePem()))
        .setPrivateKey(ByteString.copyFromUtf8(given.keyPem()))
        .setCaCert(ByteString.copyFromUtf8(stranger.pem()));
    server.nextMessage().answer(Offers.settings("C1", settings.build()));
    try (ScriptedServer impostor = ScriptedServer.start(ServerTls.of(stranger))) {
      start(builder(server.webSocket()));
      OpampAssertions.assertThat(server.awaitMessage(Messages::isSettled))
          .hasSettingsStatus(ConnectionSettingsStatuses_APPLIED, "C1");
      server.push(
          Offers.settings(
              "S2",
              OpAMPConnectionSettings.newBuilder()
                  .setDestinationEndpoint(impostor.webSocket().toString())
                  .build()));
      AgentToServer back =
          server.awaitMessage(message -> isAbout(message, "S2") && Messages.isSettled(message));
      OpampAssertions.assertThat(back).hasSettingsStatus(ConnectionSettingsStatuses_FAILED, "S2");
      assertThat(back.getConnectionSettingsStatus().getErrorMessage()).startsWith("TLS");
      assertThat(impostor.requests()).isEmpty();
      assertThat(last(server)).as("what was in use is still").isEqualTo("CN=given");
    }
  }

  private ClientBuilder bootstrapped(ScriptedServer server, Credentials credentials) {
    return bootstrapped(server.webSocket(), credentials).requestCertificate();
  }

  private ClientBuilder bootstrapped(URI endpoint, Credentials credentials) {
    return builder(endpoint)
        .tls(
            Tls.PLATFORM
                .trusting(AUTHORITY.pem(), false)
                .presenting(credentials.certificatePem(), credentials.keyPem()));
  }

  private ClientBuilder builder(URI endpoint) {
    return OpampClient.builder(endpoint)
        .instanceUid(Messages.UID)
        .description(Messages.description())
        .heartbeatInterval(INTERVAL)
        .tls(Tls.PLATFORM.trusting(AUTHORITY.pem(), false))
        .store(new FileClientStore(directory.resolve("memory")))
        .acceptOpampSettings()
        .listener(heard)
        .time(time);
  }

  private void start(ClientBuilder builder) {
    client = builder.build();
    client.start();
  }

  private ClientMemory stored() throws Exception {
    return new FileClientStore(directory.resolve("memory")).load().orElseThrow();
  }

  private static boolean isAbout(AgentToServer message, String hash) {
    return message
        .getConnectionSettingsStatus()
        .getLastConnectionSettingsHash()
        .toStringUtf8()
        .equals(hash);
  }

  /** As whom the client came last; empty if it presented nothing. */
  private static String last(ScriptedServer server) {
    return server.requests().get(server.requests().size() - 1).certifiedName().orElse("");
  }

  private static String csr(AgentToServer message) {
    return message
        .getConnectionSettingsRequest()
        .getOpamp()
        .getCertificateRequest()
        .getCsr()
        .toStringUtf8();
  }

  private static ServerToAgent certificate(String hash, String pem) {
    OpAMPConnectionSettings.Builder settings =
        OpAMPConnectionSettings.newBuilder().setHeartbeatIntervalSeconds(INTERVAL.toSeconds());
    settings
        .getCertificateBuilder()
        .setCert(ByteString.copyFromUtf8(pem))
        .setCaCert(ByteString.copyFromUtf8(AUTHORITY.pem()));
    return Offers.settings(hash, settings.build());
  }
}
