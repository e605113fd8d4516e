package io.opamp4j.client.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys in the forms in which they are handed round (CONN-33). */
class PemTest {
  /** Made with openssl for this test, with the parameters it writes before the key. */
  private static final String SEC1 =
      """
      -----BEGIN EC PARAMETERS-----
      BggqhkjOPQMBBw==
      -----END EC PARAMETERS-----
      -----BEGIN EC PRIVATE KEY-----
      MHcCAQEEINfEvVxvdPxmsLwesnC8+iKMpKH86Y1MUOnRMq6/SWxxoAoGCCqGSM49
      AwEHoUQDQgAEOM7jhkxWcDq4QvlPL4wAkRflMb8OsunnjsxpmFAaIocNmnXV4ePO
      QOjA2ijVWu6Id698y2Q73qEurMLWB+uWxA==
      -----END EC PRIVATE KEY-----
      """;

  private static final String ITS_PUBLIC_KEY =
      "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEOM7jhkxWcDq4QvlPL4wAkRfl"
          + "Mb8OsunnjsxpmFAaIocNmnXV4ePOQOjA2ijVWu6Id698y2Q73qEurMLWB+uWxA==";

  @ParameterizedTest
  @ValueSource(strings = {"RSA", "EC", "Ed25519"})
  void readsPkcs8OfEachKind(String kind) throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance(kind).generateKeyPair();
    String pem = Der.pem("PRIVATE KEY", pair.getPrivate().getEncoded());
    assertThat(Pem.privateKey(pem)).isEqualTo(pair.getPrivate());
    assertThat(Pem.belongTogether(pair.getPublic(), Pem.privateKey(pem))).isTrue();
    KeyPair stranger = KeyPairGenerator.getInstance(kind).generateKeyPair();
    assertThat(Pem.belongTogether(stranger.getPublic(), pair.getPrivate())).isFalse();
  }

  @Test
  void readsPkcs1() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    byte[] inside = Der.find(0x04, Der.find(0x30, pair.getPrivate().getEncoded()));
    assertThat(Pem.privateKey(Der.pem("RSA PRIVATE KEY", inside))).isEqualTo(pair.getPrivate());
  }

  @Test
  void readsSec1() throws Exception {
    PublicKey certified =
        KeyFactory.getInstance("EC")
            .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(ITS_PUBLIC_KEY)));
    assertThat(Pem.belongTogether(certified, Pem.privateKey(SEC1))).isTrue();
  }

  @Test
  void anythingElseIsRefusedWithoutBeingShown() {
    List<String> bad =
        List.of(
            "",
            "secret",
            "-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----",
            "-----BEGIN EC PRIVATE KEY-----\nsecret00\n-----END EC PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----\n\n-----END RSA PRIVATE KEY-----",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nsecret\n-----END ENCRYPTED PRIVATE KEY-----");
    for (String pem : bad) {
      assertThatThrownBy(() -> Pem.privateKey(pem))
          .isInstanceOf(GeneralSecurityException.class)
          .message()
          .doesNotContain("secret");
    }
  }

  @Test
  void aKeyCutShortAnywhereIsRefusedInOrder() {
    byte[] whole = Base64.getMimeDecoder().decode(SEC1.split("-----")[6]);
    for (int length = 0; length < whole.length - 1; length++) {
      String pem = Der.pem("EC PRIVATE KEY", Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Pem.privateKey(pem)).isInstanceOf(GeneralSecurityException.class);
    }
  }
}
