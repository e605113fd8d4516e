package io.opamp4j.storage.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.opamp4j.storage.StorageException;
import io.opamp4j.testkit.storage.PluginFixture;
import io.opamp4j.testkit.storage.Stores;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that speaks TLS, with certificates that are right and wrong. */
class RedisTlsTest {
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir Path directory;

  private RedisUnderTest.Started redis;
  private int tlsPort;

  @BeforeEach
  void start() throws Exception {
    makeCertificate("here", "ip:127.0.0.1");
    makeCertificate("elsewhere", "dns:redis.example");
  }

  @AfterEach
  void stop() {
    if (redis != null) {
      redis.close();
    }
  }

  @Test
  void withTheRightAuthorityEverythingWorks() throws IOException {
    serve("here");
    try (PluginFixture fixture = fixture(Map.of("tls", "true", "tls-ca-file", pem("here")))) {
      Stores stores = fixture.open();
      stores.documents().put("note", "a", ByteString.copyFromUtf8("A"), 0);

      assertThat(stores.documents().find("note", "a")).isPresent();
      assertThat(stores.storage().check().ok()).isTrue();
    }
  }

  @Test
  void anAuthorityThatIsNotTheServersIsRefused() throws IOException {
    serve("here");
    assertRefused(Map.of("tls", "true", "tls-ca-file", pem("elsewhere")), "certification path");
    // The authorities of the JVM do not know it either.
    assertRefused(Map.of("tls", "true"), "certification path");
  }

  @Test
  void aCertificateForAnotherHostIsRefused() throws IOException {
    serve("elsewhere");
    assertRefused(
        Map.of("tls", "true", "tls-ca-file", pem("elsewhere")), "subject alternative names");
  }

  @Test
  void withoutTlsATlsPortIsNoRedis() throws IOException {
    serve("here");
    assertRefused(Map.of("tls", "false"), "");
  }

  private void assertRefused(Map<String, String> settings, String why) {
    assertThatThrownBy(fixture(settings)::open)
        .cause()
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("cannot reach redis at 127.0.0.1:" + tlsPort)
        .hasMessageContaining(why);
  }

  private PluginFixture fixture(Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("nodes", "127.0.0.1:" + tlsPort);
    all.put("connect-timeout", "5s");
    all.put("command-timeout", "5s");
    return PluginFixture.durable(new RedisStoragePlugin(), all);
  }

  private void serve(String certificate) throws IOException {
    tlsPort = RedisUnderTest.Started.freePort();
    redis =
        RedisUnderTest.Started.start(
            1,
            List.of(
                "tls-port " + tlsPort,
                "tls-cert-file " + pem(certificate),
                "tls-key-file " + directory.resolve(certificate + ".key"),
                "tls-ca-cert-file " + pem(certificate),
                "tls-auth-clients no"));
  }

  private String pem(String certificate) {
    return directory.resolve(certificate + ".pem").toString();
  }

  /** A certificate that is its own authority, and its key, as PEM. */
  private void makeCertificate(String name, String host) throws Exception {
    Path store = directory.resolve(name + ".p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "redis",
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=" + host,
                "-ext",
                "bc:c",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                String.valueOf(PASSWORD))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keytool.log").toFile())
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = load(store);
    write(name + ".pem", "CERTIFICATE", keys.getCertificate("redis").getEncoded());
    write(name + ".key", "PRIVATE KEY", keys.getKey("redis", PASSWORD).getEncoded());
  }

  private static KeyStore load(Path store) throws IOException, GeneralSecurityException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    return keys;
  }

  private void write(String file, String what, byte[] content) throws IOException {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    Files.writeString(
        directory.resolve(file),
        "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n");
  }
}
