package io.opamp4j.testkit.server;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.security.auth.x500.X500Principal;

/**
 * A certificate authority made in memory, for tests: it makes certificates for servers and clients,
 * and signs requests (PKCS#10). All keys are on the curve P-256; certificates are valid from an
 * hour ago for thirty days unless said otherwise.
 */
public final class TestAuthority {
  private static final String ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
  private static final String BASIC_CONSTRAINTS = "2.5.29.19";
  private static final String ALTERNATIVE_NAMES = "2.5.29.17";
  private static final Pattern PEM =
      Pattern.compile(
          "-----BEGIN CERTIFICATE REQUEST-----([^-]*)-----END CERTIFICATE REQUEST-----");
  private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

  private final SecureRandom random = new SecureRandom();
  private final X500Principal name;
  private final KeyPair keys;
  private final X509Certificate certificate;

  /** An authority that nobody knows yet. */
  public TestAuthority() {
    name = new X500Principal("CN=Test Authority " + Long.toHexString(random.nextLong()));
    try {
      keys = newKeys();
      byte[] isAuthority = extension(BASIC_CONSTRAINTS, Der.yes(), Der.sequence(Der.yes()));
      certificate = sign(name, keys.getPublic(), from(), until(), isAuthority);
    } catch (GeneralSecurityException e) {
      throw impossible(e);
    }
  }

  /** The authority's certificate as PEM text: who trusts it trusts its servers. */
  public String pem() {
    return Credentials.pem(certificate);
  }

  X509Certificate certificate() {
    return certificate;
  }

  /**
   * For a server.
   *
   * @param hosts names and addresses it answers to
   */
  public Credentials server(String... hosts) {
    List<byte[]> names = new ArrayList<>();
    for (String host : hosts) {
      names.add(alternativeName(host));
    }
    byte[] extension = extension(ALTERNATIVE_NAMES, Der.sequence(names.toArray(byte[][]::new)));
    return issue("CN=server", extension);
  }

  /** For a client with this common name. */
  public Credentials client(String commonName) {
    return issue("CN=" + commonName);
  }

  /**
   * The certificate for a request, in the name written there.
   *
   * @param csr PEM
   * @return PEM
   * @throws IllegalArgumentException if it is no request, or not signed with the key in it
   */
  public String sign(String csr) {
    return sign(csr, from(), until());
  }

  /** As {@link #sign(String)}, valid between these. */
  public String sign(String csr, Instant notBefore, Instant notAfter) {
    try {
      Matcher pem = PEM.matcher(csr);
      if (!pem.find()) {
        throw new GeneralSecurityException("not PEM text");
      }
      byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
      List<Der.Value> request = Der.sequence(only(der), 3);
      List<Der.Value> content = Der.sequence(request.get(0), 4);
      List<Der.Value> key = Der.sequence(content.get(2), 2);
      String kind = kindOf(Der.dotted(Der.read(key.get(0).content()).get(0)));
      PublicKey subjectKey =
          KeyFactory.getInstance(kind)
              .generatePublic(new X509EncodedKeySpec(content.get(2).encoded()));
      Signature verifier =
          Signature.getInstance(Der.dotted(Der.read(request.get(1).content()).get(0)));
      verifier.initVerify(subjectKey);
      verifier.update(request.get(0).encoded());
      byte[] bits = request.get(2).content();
      if (!verifier.verify(bits, 1, bits.length - 1)) {
        throw new GeneralSecurityException("the signature is wrong");
      }
      X500Principal subject = new X500Principal(content.get(1).encoded());
      return Credentials.pem(sign(subject, subjectKey, notBefore, notAfter));
    } catch (GeneralSecurityException | RuntimeException e) {
      throw new IllegalArgumentException("not a certificate request: " + e.getMessage(), e);
    }
  }

  private static String kindOf(String objectId) throws GeneralSecurityException {
    return switch (objectId) {
      case "1.2.840.10045.2.1" -> "EC";
      case "1.2.840.113549.1.1.1" -> "RSA";
      case "1.3.101.112" -> "Ed25519";
      default -> throw new GeneralSecurityException("a key of the unknown kind " + objectId);
    };
  }

  private Credentials issue(String subject, byte[]... extensions) {
    try {
      KeyPair pair = newKeys();
      X509Certificate issued =
          sign(new X500Principal(subject), pair.getPublic(), from(), until(), extensions);
      return new Credentials(issued, pair.getPrivate());
    } catch (GeneralSecurityException e) {
      throw impossible(e);
    }
  }

  private X509Certificate sign(
      X500Principal subject,
      PublicKey subjectKey,
      Instant notBefore,
      Instant notAfter,
      byte[]... extensions)
      throws GeneralSecurityException {
    byte[] algorithm = Der.sequence(Der.objectId(ECDSA_WITH_SHA256));
    byte[] version3 = Der.of(Der.CONTEXT, Der.integer(new byte[] {2}));
    byte[] serial = Der.integer(new BigInteger(63, random).add(BigInteger.ONE).toByteArray());
    byte[] more =
        extensions.length == 0 ? new byte[0] : Der.of(Der.CONTEXT | 3, Der.sequence(extensions));
    byte[] content =
        Der.sequence(
            version3,
            serial,
            algorithm,
            name.getEncoded(),
            Der.sequence(Der.time(notBefore), Der.time(notAfter)),
            subject.getEncoded(),
            subjectKey.getEncoded(),
            more);
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(keys.getPrivate());
    signer.update(content);
    byte[] der = Der.sequence(content, algorithm, Der.bits(signer.sign()));
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
  }

  private static byte[] extension(String id, byte[]... criticalAndContent) {
    byte[] content = criticalAndContent[criticalAndContent.length - 1];
    byte[] critical = criticalAndContent.length > 1 ? criticalAndContent[0] : new byte[0];
    return Der.sequence(Der.objectId(id), critical, Der.octets(content));
  }

  private static byte[] alternativeName(String host) {
    if (!ADDRESS.matcher(host).matches()) {
      return Der.of(0x82, host.getBytes(StandardCharsets.US_ASCII));
    }
    try {
      return Der.of(0x87, InetAddress.getByName(host).getAddress());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("not an address: " + host, e);
    }
  }

  private static Der.Value only(byte[] der) throws GeneralSecurityException {
    List<Der.Value> values = Der.read(der);
    if (values.size() != 1) {
      throw new GeneralSecurityException("not one value but " + values.size());
    }
    return values.get(0);
  }

  private KeyPair newKeys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"), random);
    return generator.generateKeyPair();
  }

  private static Instant from() {
    return InstantSource.system().instant().minus(Duration.ofHours(1));
  }

  private static Instant until() {
    return from().plus(Duration.ofDays(30));
  }

  private static IllegalStateException impossible(GeneralSecurityException e) {
    return new IllegalStateException("every Java platform has P-256", e);
  }
}
