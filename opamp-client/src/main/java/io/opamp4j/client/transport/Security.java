package io.opamp4j.client.transport;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.TLSCertificate;
import io.opamp4j.proto.TLSConnectionSettings;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * What {@code wss} and {@code https} trust and present (CONN-36). The CA that signed the client's
 * certificate is no authority here (CONN-35).
 *
 * @param given the application's own context, which then counts alone; empty if there is none
 * @param tls who is trusted, which versions and ciphers; versions below 1.2 have to be asked for
 * @param certificate the client's own with its key, PEM; the default instance if there is none
 */
public record Security(
    Optional<SSLContext> given, TLSConnectionSettings tls, TLSCertificate certificate) {
  private static final List<String> VERSIONS = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");
  private static final String DEFAULT_MIN = "TLSv1.2";

  /** What the platform trusts, and no certificate. */
  public static final Security PLATFORM =
      new Security(
          Optional.empty(),
          TLSConnectionSettings.getDefaultInstance(),
          TLSCertificate.getDefaultInstance());

  public Security {
    requireNonNull(given, "given");
    requireNonNull(tls, "tls");
    requireNonNull(certificate, "certificate");
  }

  /**
   * The context these settings describe.
   *
   * @throws GeneralSecurityException if they do not describe any, such as a key that is none
   */
  SSLContext context() throws GeneralSecurityException {
    if (given.isPresent()) {
      return given.get();
    }
    boolean platform =
        certificate.getCert().isEmpty()
            && tls.getCaPemContents().isEmpty()
            && !tls.getInsecureSkipVerify();
    if (platform) {
      return SSLContext.getDefault();
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys(), trust(), new SecureRandom());
    return context;
  }

  /** What is wrong with these settings; empty if nothing is. */
  public Optional<String> objection() {
    try {
      parameters(context());
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      return Optional.of(Losses.describe(e));
    }
  }

  /** The versions and ciphers to use with the {@link #context}. */
  SSLParameters parameters(SSLContext context) throws GeneralSecurityException {
    SSLParameters supported = context.getSupportedSSLParameters();
    SSLParameters parameters = context.getDefaultSSLParameters();
    parameters.setProtocols(versions(Arrays.asList(supported.getProtocols())));
    if (tls.getCipherSuitesCount() > 0) {
      List<String> known = Arrays.asList(supported.getCipherSuites());
      List<String> usable = tls.getCipherSuitesList().stream().filter(known::contains).toList();
      if (usable.isEmpty()) {
        throw new GeneralSecurityException(
            "none of the cipher suites is known: " + tls.getCipherSuitesList());
      }
      parameters.setCipherSuites(usable.toArray(String[]::new));
    }
    return parameters;
  }

  boolean verifiesHost() {
    return given.isPresent() || !tls.getInsecureSkipVerify();
  }

  private String[] versions(List<String> supported) throws GeneralSecurityException {
    int min = index(tls.getMinVersion(), DEFAULT_MIN);
    int max = index(tls.getMaxVersion(), VERSIONS.get(VERSIONS.size() - 1));
    List<String> versions = new ArrayList<>();
    for (int i = min; i <= max; i++) {
      if (supported.contains(VERSIONS.get(i))) {
        versions.add(VERSIONS.get(i));
      }
    }
    if (versions.isEmpty()) {
      throw new GeneralSecurityException(
          "no TLS version from " + VERSIONS.get(min) + " to " + VERSIONS.get(max));
    }
    return versions.toArray(String[]::new);
  }

  /** Takes {@code 1.2} and {@code TLSv1.2}; empty means the default. */
  private static int index(String version, String ifEmpty) throws GeneralSecurityException {
    String name = version.isEmpty() ? ifEmpty : version;
    String full = name.startsWith("TLSv") ? name : "TLSv" + name;
    int index = VERSIONS.indexOf(full.equals("TLSv1.0") ? "TLSv1" : full);
    if (index < 0) {
      throw new GeneralSecurityException("not a TLS version: '" + version + "'");
    }
    return index;
  }

  private KeyManager @Nullable [] keys() throws GeneralSecurityException {
    if (certificate.getCert().isEmpty()) {
      return null;
    }
    PrivateKey key = Pem.privateKey(certificate.getPrivateKey().toStringUtf8());
    List<X509Certificate> chain = Pem.certificates(certificate.getCert().toStringUtf8());
    if (!Pem.belongTogether(chain.get(0).getPublicKey(), key)) {
      throw new GeneralSecurityException("the private key does not belong to the certificate");
    }
    KeyStore store = emptyStore();
    store.setKeyEntry("client", key, new char[0], chain.toArray(Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, new char[0]);
    return factory.getKeyManagers();
  }

  private TrustManager @Nullable [] trust() throws GeneralSecurityException {
    if (tls.getInsecureSkipVerify()) {
      return new TrustManager[] {new TrustsEverybody()};
    }
    if (tls.getCaPemContents().isEmpty()) {
      return null;
    }
    List<X509Certificate> authorities = new ArrayList<>(Pem.certificates(tls.getCaPemContents()));
    if (tls.getIncludeSystemCaCertsPool()) {
      for (TrustManager manager : managers(null)) {
        if (manager instanceof X509TrustManager x509) {
          authorities.addAll(Arrays.asList(x509.getAcceptedIssuers()));
        }
      }
    }
    KeyStore store = emptyStore();
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("ca" + i, authorities.get(i));
    }
    return managers(store);
  }

  private static TrustManager[] managers(@Nullable KeyStore store) throws GeneralSecurityException {
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyStore emptyStore() throws GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try {
      store.load(null, null);
    } catch (IOException e) {
      throw new GeneralSecurityException("an empty key store reads nothing", e);
    }
    return store;
  }

  /** Asked for with {@code insecure_skip_verify}. */
  private static final class TrustsEverybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "Security[given="
        + given.isPresent()
        + ", certificate="
        + !certificate.getCert().isEmpty()
        + "]";
  }
}
