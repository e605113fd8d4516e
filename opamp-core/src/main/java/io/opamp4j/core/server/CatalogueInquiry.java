package io.opamp4j.core.server;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;

/**
 * How the agents that report one unknown hash of a component catalogue are asked for it (COMP-04):
 * one agent, then after a pause whichever comes next, with pauses that double from {@link
 * #FIRST_PAUSE}, and after {@link #MOST_ASKS} no more. Agents need not answer.
 *
 * @param asks how many answers have asked
 * @param lastAsk when the last one did; {@link Instant#MIN} if none did
 */
public record CatalogueInquiry(int asks, Instant lastAsk) {
  /** How long the first agent is given. */
  public static final Duration FIRST_PAUSE = Duration.ofSeconds(10);

  /** With doubled pauses, the last ask comes after about an hour and a half. */
  public static final int MOST_ASKS = 10;

  /** Nobody was asked. */
  public static final CatalogueInquiry NEW = new CatalogueInquiry(0, Instant.MIN);

  public CatalogueInquiry {
    requireNonNull(lastAsk, "lastAsk");
  }

  /** Whether the answer given now should ask. */
  public boolean asksNow(Instant now) {
    if (asks == 0) {
      return true;
    }
    Duration pause = FIRST_PAUSE.multipliedBy(1L << (asks - 1));
    return asks < MOST_ASKS && !now.isBefore(lastAsk.plus(pause));
  }

  /** Whether the first agent that is asked still has time to answer, or is yet to be asked. */
  public boolean isAwaited(Instant now) {
    return asks == 0 || (asks == 1 && now.isBefore(lastAsk.plus(FIRST_PAUSE)));
  }

  /** The answer given now asks. */
  public CatalogueInquiry asked(Instant now) {
    return new CatalogueInquiry(asks + 1, now);
  }
}
