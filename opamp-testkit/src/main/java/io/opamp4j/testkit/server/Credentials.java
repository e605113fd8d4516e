package io.opamp4j.testkit.server;

import static java.util.Objects.requireNonNull;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;

/** A certificate and its key, from a {@link TestAuthority}. */
public record Credentials(X509Certificate certificate, PrivateKey key) {

  /** A pair. */
  public Credentials {
    requireNonNull(certificate, "certificate");
    requireNonNull(key, "key");
  }

  /** The certificate as PEM text. */
  public String certificatePem() {
    return pem(certificate);
  }

  /** The key as PEM text, PKCS#8, not encrypted. */
  public String keyPem() {
    return pem("PRIVATE KEY", key.getEncoded());
  }

  static String pem(X509Certificate certificate) {
    try {
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String pem(String label, byte[] der) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    return "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n";
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "Credentials[" + certificate.getSubjectX500Principal() + "]";
  }
}
