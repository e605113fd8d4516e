package io.opamp4j.core.client;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.ConnectionSettingsOffers;
import io.opamp4j.proto.ConnectionSettingsStatus;
import io.opamp4j.proto.ConnectionSettingsStatuses;
import io.opamp4j.proto.Headers;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.SettingsOutcome;
import io.opamp4j.proto.SettingsProgress;
import java.util.Locale;
import java.util.function.BiPredicate;

/** Arithmetic on connection settings. */
final class Settings {
  /** Nothing from the server: the application's own. */
  private static final OpAMPConnectionSettings OWN = OpAMPConnectionSettings.getDefaultInstance();

  private Settings() {}

  /**
   * The settings after an offer. What the offer leaves unset stays (CONN-07, CONN-28, CONN-29,
   * E-29); a missing certificate means "none" only if the offer has an endpoint (CONN-25).
   *
   * @param ownKey joins a certificate that comes without a key (CSR-07); empty if there is none
   * @param headersMayFollow see {@link SettingsPolicy}
   */
  static OpAMPConnectionSettings after(
      OpAMPConnectionSettings now,
      OpAMPConnectionSettings offer,
      ByteString ownKey,
      BiPredicate<OpAMPConnectionSettings, OpAMPConnectionSettings> headersMayFollow) {
    OpAMPConnectionSettings.Builder after = now.toBuilder();
    after.setHeartbeatIntervalSeconds(offer.getHeartbeatIntervalSeconds());
    if (!offer.getDestinationEndpoint().isEmpty()) {
      after.setDestinationEndpoint(offer.getDestinationEndpoint()).clearCertificate();
    }
    if (offer.hasHeaders()) {
      after.setHeaders(offer.getHeaders());
    } else if (!headersMayFollow.test(now, after.build())) {
      // Unset would mean the application's.
      boolean home = headersMayFollow.test(OWN, after.build());
      after = home ? after.clearHeaders() : after.setHeaders(Headers.getDefaultInstance());
    }
    if (offer.hasTls()) {
      after.setTls(offer.getTls());
    }
    if (offer.hasProxy()) {
      after.setProxy(offer.getProxy());
    }
    if (offer.hasCertificate()) {
      after.setCertificate(offer.getCertificate());
      if (offer.getCertificate().getPrivateKey().isEmpty()) {
        after.getCertificateBuilder().setPrivateKey(ownKey);
      }
    }
    return after.build();
  }

  /** Whether both lead to the same connection, whatever the interval. */
  static boolean sameConnection(OpAMPConnectionSettings one, OpAMPConnectionSettings other) {
    return one.toBuilder()
        .setHeartbeatIntervalSeconds(other.getHeartbeatIntervalSeconds())
        .build()
        .equals(other);
  }

  /** The other settings after an offer that was accepted; what it leaves unset stays. */
  static ConnectionSettingsOffers after(
      ConnectionSettingsOffers now, ConnectionSettingsOffers offer) {
    ConnectionSettingsOffers.Builder after = now.toBuilder().setHash(offer.getHash());
    if (offer.hasOwnMetrics()) {
      after.setOwnMetrics(offer.getOwnMetrics());
    }
    if (offer.hasOwnTraces()) {
      after.setOwnTraces(offer.getOwnTraces());
    }
    if (offer.hasOwnLogs()) {
      after.setOwnLogs(offer.getOwnLogs());
    }
    return after.putAllOtherConnections(offer.getOtherConnectionsMap()).build();
  }

  /** Whether the server speaks on its own there; an empty endpoint is the application's. */
  static Duplex duplex(OpAMPConnectionSettings settings, Duplex own) {
    String endpoint = settings.getDestinationEndpoint();
    if (endpoint.isEmpty()) {
      return own;
    }
    return endpoint.toLowerCase(Locale.ROOT).startsWith("http") ? Duplex.HALF : Duplex.FULL;
  }

  static SettingsOutcome outcome(ConnectionSettingsStatuses status, String error) {
    return SettingsOutcome.newBuilder().setStatus(status).setErrorMessage(error).build();
  }

  /** The worst of both parts; the default instance if there is nothing to say. */
  static ConnectionSettingsStatus status(SettingsProgress progress) {
    SettingsOutcome opamp = progress.getOpamp();
    SettingsOutcome others = progress.getOthers();
    SettingsOutcome worst = rank(opamp) >= rank(others) ? opamp : others;
    if (rank(worst) == 0) {
      return ConnectionSettingsStatus.getDefaultInstance();
    }
    return ConnectionSettingsStatus.newBuilder()
        .setLastConnectionSettingsHash(progress.getHash())
        .setStatus(worst.getStatus())
        .setErrorMessage(worst.getErrorMessage())
        .build();
  }

  private static int rank(SettingsOutcome outcome) {
    return switch (outcome.getStatus()) {
      case ConnectionSettingsStatuses_FAILED -> 3;
      case ConnectionSettingsStatuses_APPLYING -> 2;
      case ConnectionSettingsStatuses_APPLIED -> 1;
      default -> 0;
    };
  }
}
