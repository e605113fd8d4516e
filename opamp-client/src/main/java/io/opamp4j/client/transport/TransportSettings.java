package io.opamp4j.client.transport;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.client.Duplex;
import io.opamp4j.proto.OpAMPConnectionSettings;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;

/**
 * Where and how to connect.
 *
 * @param target where
 * @param connectTimeout how long connecting may take
 * @param receiveLimit the largest message accepted, in bytes, also after decompression (LIM-07,
 *     LIM-20)
 * @param sendLimit the largest message sent, in bytes, before compression
 * @param gzip whether larger HTTP request bodies are compressed (HTTP-11)
 * @param clock to read the date form of Retry-After with
 */
public record TransportSettings(
    Target target,
    Duration connectTimeout,
    int receiveLimit,
    int sendLimit,
    boolean gzip,
    InstantSource clock) {

  public TransportSettings {
    requireNonNull(target, "target");
    if (connectTimeout.isNegative() || connectTimeout.isZero()) {
      throw new IllegalArgumentException("connectTimeout must be positive: " + connectTimeout);
    }
    if (receiveLimit < 1 || sendLimit < 1) {
      throw new IllegalArgumentException(
          "size limits must be positive: " + receiveLimit + ", " + sendLimit);
    }
    requireNonNull(clock, "clock");
  }

  /** Who may speak when, by the scheme of the endpoint (TRN-02). */
  public Duplex duplex() {
    return target.endpoint().getScheme().startsWith("ws") ? Duplex.FULL : Duplex.HALF;
  }

  /**
   * What is wrong with settings from the server, for {@link
   * io.opamp4j.core.client.SettingsPolicy#objection}.
   *
   * @return without credentials; empty if a connection can be tried
   */
  public Optional<String> objection(OpAMPConnectionSettings settings) {
    try {
      return target.with(settings).security().objection();
    } catch (IllegalArgumentException e) {
      return Optional.of(Losses.describe(e));
    }
  }

  /**
   * Whether headers given for the first settings may be sent where the second ones lead, for {@link
   * io.opamp4j.core.client.SettingsPolicy#headersMayFollow}: to the same host, and not without TLS
   * if they were given for a place with it (E-35).
   */
  public boolean headersMayFollow(OpAMPConnectionSettings from, OpAMPConnectionSettings to) {
    try {
      URI before = target.with(from).endpoint();
      URI after = target.with(to).endpoint();
      return before.getHost().equalsIgnoreCase(after.getHost())
          && (isSecure(after) || !isSecure(before));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static boolean isSecure(URI endpoint) {
    return Set.of("wss", "https").contains(endpoint.getScheme());
  }

  TransportSettings with(OpAMPConnectionSettings settings) {
    return new TransportSettings(
        target.with(settings), connectTimeout, receiveLimit, sendLimit, gzip, clock);
  }

  Transports.Carrier carrier() throws GeneralSecurityException {
    return duplex() == Duplex.FULL ? new WebSocketTransport(this) : new HttpTransport(this);
  }
}
