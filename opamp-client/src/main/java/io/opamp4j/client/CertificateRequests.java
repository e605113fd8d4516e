package io.opamp4j.client;

import com.google.protobuf.ByteString;
import io.opamp4j.client.transport.Der;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.CertificateInHand;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import javax.security.auth.x500.X500Principal;

/**
 * Makes certificate requests (PKCS#10) with a new key on the curve P-256 each. The key never leaves
 * this side.
 */
final class CertificateRequests {
  private CertificateRequests() {}

  /** A request in the name of this agent (CSR-02, CSR-10). */
  static CertificateInHand make(InstanceUid uid) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    byte[] name = new X500Principal("CN=" + uid).getEncoded();
    byte[] content =
        Der.sequence(
            Der.integer(0), name, pair.getPublic().getEncoded(), Der.context(0, new byte[0]));
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(pair.getPrivate());
    signer.update(content);
    byte[] ecdsaWithSha256 =
        Der.sequence(Der.objectId(0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02));
    byte[] request = Der.sequence(content, ecdsaWithSha256, Der.bitString(signer.sign()));
    return CertificateInHand.newBuilder()
        .setCsr(ByteString.copyFromUtf8(Der.pem("CERTIFICATE REQUEST", request)))
        .setPrivateKey(
            ByteString.copyFromUtf8(Der.pem("PRIVATE KEY", pair.getPrivate().getEncoded())))
        .setInstanceUid(uid.toBytes())
        .build();
  }
}
