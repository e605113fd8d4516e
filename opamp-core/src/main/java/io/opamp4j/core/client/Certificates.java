package io.opamp4j.core.client;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.CertificateInHand;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.ServerCapabilities;
import io.opamp4j.proto.ServerErrorResponse;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.TLSCertificate;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;

/**
 * When the client asks for a certificate of its own (D9): when it has none, after a new id
 * (CSR-11), and when two thirds of its certificate's life are over (CSR-14). The key pair is made
 * and kept on this side.
 */
final class Certificates {
  private final SettingsPolicy policy;

  Certificates(SettingsPolicy policy) {
    this.policy = policy;
  }

  /** The server has spoken, or time has passed. */
  void askIfNeeded(Draft draft) {
    ByteString uid = draft.ledger.current().getInstanceUid();
    boolean may =
        policy.requestsCertificates()
            && draft.phase == ClientPhase.CONNECTED
            && !draft.memory.hasCandidate()
            && !draft.memory.getUidIsTemporary()
            && draft.ledger.serverCan(
                ServerCapabilities.ServerCapabilities_AcceptsConnectionSettingsRequest)
            && !draft.now.isBefore(draft.outbox.requestsFrom());
    if (!may || draft.memory.getCertificateRequest().getInstanceUid().equals(uid)) {
      return;
    }
    boolean renew = renewAt(draft.memory).filter(time -> !draft.now.isBefore(time)).isPresent();
    if (renew || !draft.memory.getCertificateUid().equals(uid)) {
      InstanceUid.from(uid).map(Notice.CertificateWanted::new).ifPresent(draft::notice);
    }
  }

  /** The request is made; it is kept with its key, and sent. */
  static void requested(Draft draft, CertificateInHand request) {
    if (request.getInstanceUid().equals(draft.ledger.current().getInstanceUid())) {
      draft.memory = draft.memory.toBuilder().setCertificateRequest(request).build();
      draft.outbox = draft.outbox.requesting();
    }
  }

  /** On a new connection the request is made again, because this server may not know of it. */
  static void reconnected(Draft draft) {
    if (draft.memory.hasCertificateRequest()) {
      draft.outbox = draft.outbox.requesting();
    }
  }

  /** Under a new id the old request is void (CSR-11). */
  static void renamed(Draft draft) {
    draft.memory = draft.memory.toBuilder().clearCertificateRequest().build();
    draft.outbox = draft.outbox.withoutRequest();
  }

  /** The server refused it (CSR-09): not again with this one, and not at once with another. */
  static void refused(Draft draft, ServerErrorResponse error) {
    boolean badRequest =
        error.getType() == ServerErrorResponseType.ServerErrorResponseType_BadRequest;
    if (draft.outbox.requestSent() && badRequest) {
      draft.memory = draft.memory.toBuilder().clearCertificateRequest().build();
      draft.outbox = draft.outbox.noRequestsBefore(draft.now.plus(SettingsPolicy.AFTER_REFUSAL));
    }
  }

  /** Another certificate is in use; its life is read once. */
  static void replaced(ClientMemory.Builder memory, TLSCertificate certificate) {
    boolean ours =
        !certificate.getPrivateKey().isEmpty()
            && certificate.getPrivateKey().equals(memory.getCertificateRequest().getPrivateKey());
    ByteString uid =
        ours ? memory.getCertificateRequest().getInstanceUid() : memory.getInstanceUid();
    if (ours) {
      memory.clearCertificateRequest();
    }
    if (certificate.getCert().isEmpty()) {
      memory.clearCertificateUid().clearRenewAtEpochSecond();
    } else {
      memory.setCertificateUid(uid).setRenewAtEpochSecond(renewAt(certificate.getCert()));
    }
  }

  /** When to ask for the next; empty if there is nothing to renew. */
  static Optional<Instant> renewAt(ClientMemory memory) {
    return memory.getRenewAtEpochSecond() == 0
        ? Optional.empty()
        : Optional.of(Instant.ofEpochSecond(memory.getRenewAtEpochSecond()));
  }

  /** The next time something is to be done here; empty if there is none. */
  Optional<Instant> next(Draft draft) {
    boolean waits =
        policy.requestsCertificates()
            && !draft
                .memory
                .getCertificateRequest()
                .getInstanceUid()
                .equals(draft.ledger.current().getInstanceUid());
    return waits
        ? renewAt(draft.memory)
            .map(time -> latest(time, draft.outbox.requestsFrom()))
            .filter(draft.now::isBefore)
        : Optional.empty();
  }

  private static Instant latest(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private static long renewAt(ByteString pem) {
    try {
      Certificate certificate =
          CertificateFactory.getInstance("X.509").generateCertificate(pem.newInput());
      if (certificate instanceof X509Certificate x509) {
        long from = x509.getNotBefore().toInstant().getEpochSecond();
        long until = x509.getNotAfter().toInstant().getEpochSecond();
        return from + (until - from) * 2 / 3;
      }
      return 0;
    } catch (CertificateException e) {
      // Whoever connected with it could read it, so this is a kind without a life.
      return 0;
    }
  }
}
