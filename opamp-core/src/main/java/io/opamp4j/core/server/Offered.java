package io.opamp4j.core.server;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import java.time.Duration;
import java.time.Instant;

/**
 * What was sent to the agent on its present connection, by kind of offer.
 *
 * @param config the last remote configuration
 * @param packages the last package offer
 * @param settings the last connection-settings offer
 */
public record Offered(Sent config, Sent packages, Sent settings) {
  /** Nothing was sent yet. */
  public static final Offered NOTHING = new Offered(Sent.NEVER, Sent.NEVER, Sent.NEVER);

  public Offered {
    requireNonNull(config, "config");
    requireNonNull(packages, "packages");
    requireNonNull(settings, "settings");
  }

  Offered withoutConfig() {
    return new Offered(Sent.NEVER, packages, settings);
  }

  /**
   * One kind of offer.
   *
   * @param hash the hash that was sent; empty if none was
   * @param times how often that hash was sent
   * @param at when it was sent last
   */
  public record Sent(ByteString hash, int times, Instant at) {
    /** No offer of this kind was sent. */
    public static final Sent NEVER = new Sent(ByteString.EMPTY, 0, Instant.EPOCH);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);
    private static final int MOST_DOUBLINGS = 7;

    /** An offer of this hash was sent at this time, by this node or another; empty if none was. */
    public static Sent known(ByteString hash, Instant at) {
      return hash.isEmpty() ? NEVER : new Sent(hash, 1, at);
    }

    /** Whether this very offer was sent. */
    boolean covers(ByteString wanted) {
      return times > 0 && hash.equals(wanted);
    }

    Sent again(ByteString sent, Instant now) {
      return new Sent(sent, covers(sent) ? times + 1 : 1, now);
    }

    /**
     * Whether an offer that the agent has not acknowledged in any way is due again. The pause
     * doubles from 5 s to about 10 minutes, so that a lost offer is repaired quickly and an agent
     * that ignores offers (CFG-19) is not sent the same large section with every heartbeat.
     */
    boolean isDueAgain(Instant now) {
      Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(times - 1, MOST_DOUBLINGS));
      return !now.isBefore(at.plus(pause));
    }
  }
}
