package io.opamp4j.client.transport;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and keys as they are commonly handed round. Messages never show a key. */
final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
  private static final List<String> KINDS = List.of("RSA", "EC", "EdDSA");
  private static final int OCTET_STRING = 0x04;
  private static final int PARAMETERS = 0xA0;
  private static final int SEQUENCE = 0x30;

  private Pem() {}

  /** All certificates in the text, the first one first; at least one. */
  static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
    List<X509Certificate> certificates = new ArrayList<>();
    for (Certificate certificate :
        CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)))) {
      if (certificate instanceof X509Certificate x509) {
        certificates.add(x509);
      }
    }
    if (certificates.isEmpty()) {
      throw new GeneralSecurityException("no certificate in the PEM text");
    }
    return certificates;
  }

  /** The first private key in the text, in PKCS#8, PKCS#1 or SEC 1 form, not encrypted. */
  static PrivateKey privateKey(String pem) throws GeneralSecurityException {
    Matcher block = BLOCK.matcher(pem);
    while (block.find()) {
      byte[] der = decoded(block.group(2));
      switch (block.group(1)) {
        case "PRIVATE KEY":
          return pkcs8(der);
        case "RSA PRIVATE KEY":
          return pkcs8(fromPkcs1(der));
        case "EC PRIVATE KEY":
          return pkcs8(fromSec1(der));
        case "ENCRYPTED PRIVATE KEY":
          throw new GeneralSecurityException("the private key is encrypted");
        default:
          // Such as EC PARAMETERS before the key.
      }
    }
    throw new GeneralSecurityException("no private key in the PEM text");
  }

  /** Whether what the one signs the other verifies. */
  static boolean belongTogether(PublicKey certified, PrivateKey key)
      throws GeneralSecurityException {
    String kind = key.getAlgorithm();
    String algorithm =
        switch (kind) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> kind;
        };
    if (certified.getAlgorithm().equals("RSA") != kind.equals("RSA")) {
      return false;
    }
    byte[] sample = "opamp".getBytes(StandardCharsets.US_ASCII);
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(key);
    signer.update(sample);
    byte[] signature = signer.sign();
    Signature verifier = Signature.getInstance(algorithm);
    verifier.initVerify(certified);
    verifier.update(sample);
    return verifier.verify(signature);
  }

  private static byte[] decoded(String base64) throws GeneralSecurityException {
    try {
      return Base64.getMimeDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new GeneralSecurityException("a PEM block is not base64");
    }
  }

  private static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
    for (String kind : KINDS) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(new PKCS8EncodedKeySpec(der));
      } catch (InvalidKeySpecException e) {
        // Another kind, perhaps.
      }
    }
    throw new GeneralSecurityException("a private key of no known kind " + KINDS);
  }

  private static byte[] fromPkcs1(byte[] key) {
    byte[] rsa = Der.objectId(0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01);
    byte[] none = {0x05, 0x00};
    return Der.sequence(Der.integer(0), Der.sequence(rsa, none), Der.octetString(key));
  }

  /** The curve moves from inside the key to beside it. */
  private static byte[] fromSec1(byte[] key) throws GeneralSecurityException {
    byte[] ec = Der.objectId(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01);
    byte[] parts = Der.find(SEQUENCE, key);
    Der.find(OCTET_STRING, parts);
    byte[] curve = Der.find(PARAMETERS, parts);
    return Der.sequence(Der.integer(0), Der.sequence(ec, curve), Der.octetString(key));
  }
}
