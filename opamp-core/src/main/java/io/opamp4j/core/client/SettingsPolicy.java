package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.OpAMPConnectionSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * Which connection settings a client takes up, beyond what its capabilities say.
 *
 * @param durable whether the client's memory outlives the process; if it does not, offers with a
 *     certificate are refused (CONN-19)
 * @param requestsCertificates whether the client asks for a certificate of its own, and again
 *     before it expires (CSR-02, CSR-14)
 * @param objection what is wrong with settings, without credentials in it; empty if they can be
 *     tried. A pure function
 * @param headersMayFollow whether headers given for the first settings may be sent where the second
 *     ones lead. They are credentials, and an offer must not be able to carry them off to another
 *     host. Settings without an endpoint lead to the application's. A pure function
 */
public record SettingsPolicy(
    boolean durable,
    boolean requestsCertificates,
    Function<OpAMPConnectionSettings, Optional<String>> objection,
    BiPredicate<OpAMPConnectionSettings, OpAMPConnectionSettings> headersMayFollow) {

  /** How often settings are tried before they count as bad. */
  static final int ATTEMPTS = 3;

  /** A server under trial that asks to stay away for longer has failed it. */
  static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

  /** After a refused certificate request none is made for as long. */
  static final Duration AFTER_REFUSAL = Duration.ofHours(1);

  /** Nothing is kept, so certificates are refused; anything else is tried. */
  public static final SettingsPolicy EPHEMERAL =
      new SettingsPolicy(false, false, settings -> Optional.empty(), (from, to) -> false);

  public SettingsPolicy {
    requireNonNull(objection, "objection");
    requireNonNull(headersMayFollow, "headersMayFollow");
    if (requestsCertificates && !durable) {
      throw new IllegalArgumentException(
          "a certificate that is not kept over restarts must not be asked for");
    }
  }
}
