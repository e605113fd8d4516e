package io.opamp4j.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.TLSCertificate;
import io.opamp4j.proto.TLSConnectionSettings;

/**
 * What a client trusts and presents over {@code wss} and {@code https}, for {@link
 * ClientBuilder#tls}.
 *
 * @param settings who is trusted, which versions and ciphers
 * @param certificate of the client, with its key; the default instance if there is none
 */
public record Tls(TLSConnectionSettings settings, TLSCertificate certificate) {

  /** Trusts whom the platform trusts, presents nothing, speaks TLS 1.2 and newer. */
  public static final Tls PLATFORM =
      new Tls(TLSConnectionSettings.getDefaultInstance(), TLSCertificate.getDefaultInstance());

  public Tls {
    requireNonNull(settings, "settings");
    requireNonNull(certificate, "certificate");
  }

  /**
   * Trusts the servers whose certificates these authorities signed.
   *
   * @param pem one or more certificates
   * @param andSystem whether the platform's authorities are trusted, too
   */
  public Tls trusting(String pem, boolean andSystem) {
    return new Tls(
        settings.toBuilder().setCaPemContents(pem).setIncludeSystemCaCertsPool(andSystem).build(),
        certificate);
  }

  /**
   * Presents this certificate, until the server lays down another.
   *
   * @param certificatePem the certificate, and those between it and its authority
   * @param keyPem its private key, not encrypted
   */
  public Tls presenting(String certificatePem, String keyPem) {
    return new Tls(
        settings,
        TLSCertificate.newBuilder()
            .setCert(ByteString.copyFromUtf8(certificatePem))
            .setPrivateKey(ByteString.copyFromUtf8(keyPem))
            .build());
  }

  /** Speaks no version below this one, such as {@code 1.3}. */
  public Tls atLeast(String version) {
    return new Tls(settings.toBuilder().setMinVersion(version).build(), certificate);
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "Tls[certificate=" + !certificate.getCert().isEmpty() + "]";
  }
}
