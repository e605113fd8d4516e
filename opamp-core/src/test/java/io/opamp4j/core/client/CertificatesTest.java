package io.opamp4j.core.client;

import static io.opamp4j.core.client.Client.answer;
import static io.opamp4j.core.client.Client.report;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.CertificateInHand;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a certificate is asked for (D9). */
class CertificatesTest {
  /** Valid for 300 days from the beginning of 2026. */
  private static final String PEM =
      """
      -----BEGIN CERTIFICATE-----
      MIIBNzCB3qADAgECAgkA237BEENS5GUwCgYIKoZIzj0EAwIwEDEOMAwGA1UEAxMF
      YWdlbnQwHhcNMjYwMTAxMDAwMDAwWhcNMjYxMDI4MDAwMDAwWjAQMQ4wDAYDVQQD
      EwVhZ2VudDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCbCf5CoOVEWTIslhbUl
      kchVCx0oNxps1quy1+GJ8WMQxu5jQlU7d3tGZtMn7nsZ5Nw7+FKB5eUPtyEFY4CG
      b1yjITAfMB0GA1UdDgQWBBRDqkAedpzefMxS8jGL6g5GlNMKSjAKBggqhkjOPQQD
      AgNIADBFAiBxcC8C/IkiT2T6ubKWUs5gSAqqEeIiv9ozQ9fiBBwVuAIhALdx8NUj
      1ny34xINzJV6N7qRj492+Iffo3plkq2e5zKT
      -----END CERTIFICATE-----
      """;

  private static final Instant TWO_THIRDS = Instant.parse("2026-07-20T00:00:00Z");
  private static final SettingsPolicy POLICY =
      new SettingsPolicy(true, true, settings -> Optional.empty(), (from, to) -> true);

  @Test
  void csr02ARequestIsMadeOnceAndSent() {
    Client client = client(Client.remembering(Client.UID)).connected();
    assertThat(client.step.notices())
        .as("CAP-12, E-36: the server has not said that it takes requests")
        .doesNotContain(new Notice.CertificateWanted(Client.UID));
    client.received(answer().setCapabilities(0x61));
    assertThat(client.step.notices()).contains(new Notice.CertificateWanted(Client.UID));
    client.requested(request("1", Client.UID));
    assertThat(csr(client)).isEqualTo("csr 1");
    assertThat(client.step.save().orElseThrow().getCertificateRequest())
        .as("the key is kept before the request leaves")
        .isEqualTo(request("1", Client.UID));
    client.received(answer());
    assertThat(client.step.send()).isEmpty();
    assertThat(client.step.notices()).isEmpty();
  }

  @Test
  void csr07TheCertificateIsJoinedWithOurKeyVerifiedAndRenewedBeforeItExpires() {
    Client client = asked();
    ServerToAgent.Builder offer = answer();
    offer
        .getConnectionSettingsBuilder()
        .getOpampBuilder()
        .getCertificateBuilder()
        .setCert(ByteString.copyFromUtf8(PEM));
    client.received(offer);
    assertThat(client.sent().hasAgentDisconnect()).isTrue();
    client.lost(LossKind.CLOSED);
    assertThat(client.state.target().getCertificate().getPrivateKey().toStringUtf8())
        .isEqualTo("key 1");
    client.opened();
    client.received(answer().setCapabilities(0x61));
    ClientMemory memory = client.state.memory();
    assertThat(memory.hasCertificateRequest()).as("CSR-15").isFalse();
    assertThat(Certificates.renewAt(memory)).as("CSR-14").contains(TWO_THIRDS);
    assertThat(client.step.notices()).doesNotContain(new Notice.CertificateWanted(Client.UID));
    assertThat(client.step.send()).as("the request is answered, and not made again").isEmpty();

    client.received(answer());
    client.now = TWO_THIRDS.minusSeconds(10);
    client.wakeUpEarly();
    client.received(answer());
    assertThat(client.untilWakeUp()).isEqualTo(Duration.ofSeconds(10));
    client.wakeUp();
    assertThat(client.step.notices()).contains(new Notice.CertificateWanted(Client.UID));
  }

  @Test
  void csr09ARefusedRequestIsNotRepeatedAtOnce() {
    Client client = asked();
    client.lost(LossKind.BROKEN);
    client.reconnect();
    client.received(answer().setCapabilities(0x61));
    assertThat(csr(client)).as("on a new connection the request is made again").isEqualTo("csr 1");
    client.received(Client.error(ServerErrorResponseType.ServerErrorResponseType_BadRequest));
    client.received(answer());
    assertThat(client.step.send()).isEmpty();
    assertThat(client.step.notices()).isEmpty();
    assertThat(client.step.save()).isEmpty();
    assertThat(client.state.memory().hasCertificateRequest()).isFalse();
    client.after(SettingsPolicy.AFTER_REFUSAL);
    client.received(answer());
    assertThat(client.step.notices()).containsExactly(new Notice.CertificateWanted(Client.UID));
  }

  @Test
  void csr11UnderANewIdAnotherRequestIsMadeAndTheOldOneIsVoid() {
    Client client = client(Client.remembering(Client.UID)).connected();
    client.received(answer().setCapabilities(0x61));
    InstanceUid other = new InstanceUid(3, 4);
    ServerToAgent.Builder assigned = answer();
    assigned.getAgentIdentificationBuilder().setNewInstanceUid(other.toBytes());
    client.received(assigned);
    assertThat(client.step.notices()).contains(new Notice.CertificateWanted(other));
    client.requested(request("1", Client.UID));
    assertThat(client.step.send()).isEmpty();
    client.requested(request("2", other));
    assertThat(csr(client)).isEqualTo("csr 2");
  }

  @Test
  void aRequestUnderWaySurvivesARestart() {
    Client next = client(asked().state.memory());
    next.start();
    next.opened();
    next.received(answer().setCapabilities(0x61));
    assertThat(csr(next)).isEqualTo("csr 1");
    assertThat(next.step.notices()).doesNotContain(new Notice.CertificateWanted(Client.UID));
  }

  @Test
  void aCertificateThatWouldBeLostMustNotBeAskedFor() {
    assertThatThrownBy(
            () -> new SettingsPolicy(false, true, settings -> Optional.empty(), (from, to) -> true))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static Client client(ClientMemory memory) {
    long capabilities =
        Client.CAPABILITIES
            | AgentCapabilities.AgentCapabilities_AcceptsOpAMPConnectionSettings_VALUE;
    return new Client(
        ClientSettings.defaults(Duplex.FULL),
        POLICY,
        memory,
        report().setCapabilities(capabilities).build());
  }

  private static Client asked() {
    Client client = client(Client.remembering(Client.UID)).connected();
    client.received(answer().setCapabilities(0x61));
    client.requested(request("1", Client.UID));
    client.received(answer());
    return client;
  }

  private static String csr(Client client) {
    return client
        .sent()
        .getConnectionSettingsRequest()
        .getOpamp()
        .getCertificateRequest()
        .getCsr()
        .toStringUtf8();
  }

  private static CertificateInHand request(String name, InstanceUid uid) {
    return CertificateInHand.newBuilder()
        .setCsr(ByteString.copyFromUtf8("csr " + name))
        .setPrivateKey(ByteString.copyFromUtf8("key " + name))
        .setInstanceUid(uid.toBytes())
        .build();
  }
}
