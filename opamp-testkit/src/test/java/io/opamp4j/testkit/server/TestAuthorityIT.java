package io.opamp4j.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Certificates made in memory, with the JDK's TLS and its keytool as judges. */
@Timeout(60)
class TestAuthorityIT {
  private final TestAuthority authority = new TestAuthority();

  @Test
  void clientsThatTrustItConnectWithAndWithoutACertificate() throws Exception {
    try (ScriptedServer server = ScriptedServer.start(ServerTls.of(authority))) {
      post(server, authority, Optional.empty());
      post(server, authority, Optional.of(authority.client("one")));
      assertThat(server.awaitRequest().certifiedName()).isEmpty();
      assertThat(server.awaitRequest().certifiedName()).contains("CN=one");
      assertThat(server.webSocket().getScheme()).isEqualTo("wss");
    }
  }

  @Test
  void strangersAndOtherNamesAreNotTrusted() throws Exception {
    ServerTls tls = ServerTls.of(authority);
    try (ScriptedServer server = ScriptedServer.start(tls);
        ScriptedServer misnamed =
            ScriptedServer.start(tls.presenting(authority.server("other.example")));
        ScriptedServer strict = ScriptedServer.start(tls.demandingCertificate())) {
      assertThatThrownBy(() -> post(server, new TestAuthority(), Optional.empty()))
          .isInstanceOf(SSLHandshakeException.class);
      assertThatThrownBy(() -> post(misnamed, authority, Optional.empty()))
          .isInstanceOf(SSLHandshakeException.class);
      assertThatThrownBy(() -> post(strict, authority, Optional.empty()))
          .isInstanceOf(java.io.IOException.class);
      Credentials stranger = new TestAuthority().client("stranger");
      assertThatThrownBy(() -> post(strict, authority, Optional.of(stranger)))
          .isInstanceOf(java.io.IOException.class);
      post(strict, authority, Optional.of(authority.client("known")));
      assertThat(strict.requests()).hasSize(1);
      assertThat(strict.problems()).as("a failed handshake is no offence").isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC", "Ed25519"})
  void signsWhatKeytoolAsksFor(String kind, @TempDir Path directory) throws Exception {
    Path store = directory.resolve("keys.p12");
    keytool(store, "-genkeypair", "-keyalg", kind, "-dname", "CN=agent 7");
    Path csr = directory.resolve("csr");
    keytool(store, "-certreq", "-file", csr.toString());
    Instant from = Instant.parse("2026-01-01T00:00:00Z");
    Instant until = Instant.parse("2027-01-01T00:00:00Z");
    String request = Files.readString(csr).replace("NEW CERTIFICATE", "CERTIFICATE");
    X509Certificate signed = read(authority.sign(request, from, until));
    signed.verify(read(authority.pem()).getPublicKey());
    assertThat(signed.getSubjectX500Principal().getName()).isEqualTo("CN=agent 7");
    assertThat(signed.getPublicKey().getAlgorithm()).isIn(kind, "EdDSA");
    assertThat(signed.getNotBefore()).isEqualTo(from);
    assertThat(signed.getNotAfter()).isEqualTo(until);
    char damaged = request.charAt(200) == 'A' ? 'B' : 'A';
    String broken = request.substring(0, 200) + damaged + request.substring(201);
    for (String wrong : new String[] {broken, "", request.substring(0, 150), authority.pem()}) {
      assertThatThrownBy(() -> authority.sign(wrong)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void keysAreNotShown() {
    Credentials credentials = authority.client("one");
    assertThat(credentials.keyPem()).startsWith("-----BEGIN PRIVATE KEY-----\n");
    assertThat(credentials.toString()).isEqualTo("Credentials[CN=one]");
  }

  private static void post(
      ScriptedServer server, TestAuthority trusted, Optional<Credentials> credentials)
      throws Exception {
    KeyStore trust = KeyStore.getInstance("PKCS12");
    trust.load(null, null);
    trust.setCertificateEntry("ca", read(trusted.pem()));
    TrustManagerFactory trusting =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trusting.init(trust);
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    if (credentials.isPresent()) {
      own.setKeyEntry(
          "own",
          credentials.get().key(),
          new char[0],
          new Certificate[] {credentials.get().certificate()});
    }
    KeyManagerFactory presenting =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    presenting.init(own, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(presenting.getKeyManagers(), trusting.getTrustManagers(), null);
    JdkAgent agent = new JdkAgent(HttpClient.newBuilder().sslContext(context).build());
    assertThat(agent.post(server.http(), agent.agent.next()).statusCode()).isEqualTo(200);
  }

  private static X509Certificate read(String pem) throws Exception {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509")
            .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
  }

  private static void keytool(Path store, String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(List.of("-alias", "a", "-keystore", store.toString(), "-storepass", "changeit"));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }
}
