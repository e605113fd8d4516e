package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.timing.Backoff;
import io.opamp4j.core.timing.Heartbeat;
import io.opamp4j.core.wire.Messages;
import java.time.Duration;

/**
 * How a client behaves.
 *
 * @param duplex who may speak when
 * @param heartbeat how often to speak, or to poll if half-duplex, until the server offers another
 *     interval; off is not allowed for polls
 * @param answerTimeout how long connecting and each answer may take; also the pause before
 *     unanswered state is told again (RETRY-01)
 * @param stableAfter how long a connection must have worked before its loss counts as the first
 *     failure, and not as one more
 * @param closeTimeout how long the goodbye may take
 * @param backoff the waits between attempts (EST-02)
 * @param sendLimit the largest message to send, in bytes, before compression, with the header that
 *     WebSocket adds (LIM-13, LIM-27)
 */
public record ClientSettings(
    Duplex duplex,
    Heartbeat heartbeat,
    Duration answerTimeout,
    Duration stableAfter,
    Duration closeTimeout,
    Backoff backoff,
    int sendLimit) {

  /** A message with the uid and the mandatory numbers must fit. */
  public static final int SMALLEST_LIMIT = 1024;

  public ClientSettings {
    requireNonNull(duplex, "duplex");
    if (duplex == Duplex.HALF && !heartbeat.enabled()) {
      throw new IllegalArgumentException("a client that polls needs an interval above zero");
    }
    requirePositive(answerTimeout, "answerTimeout");
    requirePositive(stableAfter, "stableAfter");
    requirePositive(closeTimeout, "closeTimeout");
    requireNonNull(backoff, "backoff");
    if (sendLimit < SMALLEST_LIMIT) {
      throw new IllegalArgumentException(
          "sendLimit must be at least " + SMALLEST_LIMIT + " bytes: " + sendLimit);
    }
  }

  /**
   * The defaults of the protocol and of this project: 30 s intervals and waits, 5 s to close, 64
   * MiB.
   */
  public static ClientSettings defaults(Duplex duplex) {
    Duration halfMinute = Duration.ofSeconds(30);
    return new ClientSettings(
        duplex,
        Heartbeat.DEFAULT,
        halfMinute,
        halfMinute,
        Duration.ofSeconds(5),
        Backoff.DEFAULT,
        Messages.DEFAULT_LIMIT);
  }

  private static void requirePositive(Duration duration, String name) {
    if (duration.isNegative() || duration.isZero()) {
      throw new IllegalArgumentException(name + " must be positive: " + duration);
    }
  }
}
