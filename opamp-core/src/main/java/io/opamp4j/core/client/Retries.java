package io.opamp4j.core.client;

import io.opamp4j.core.timing.Backoff;
import io.opamp4j.core.wire.RetryAfter;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RetryInfo;
import io.opamp4j.proto.ServerErrorResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What a lost connection leads to: when the next attempt is made (EST-02), and what becomes of the
 * state that was sent and not answered (RETRY-02, RETRY-03). Pure but for the chance in the waits.
 */
final class Retries {
  private final ClientSettings settings;
  private final RandomGenerator random;
  private final Switchover switchover;

  Retries(ClientSettings settings, RandomGenerator random, Switchover switchover) {
    this.settings = settings;
    this.switchover = switchover;
    this.random = random;
  }

  /** On Unavailable: disconnect, wait, reconnect, resume (THROTTLE-03 to THROTTLE-05). */
  void unavailable(Draft draft, ServerErrorResponse error) {
    draft.notice(new Notice.ErrorReceived(error));
    Optional<Duration> retryAfter =
        error.hasRetryInfo() ? Optional.of(wait(error.getRetryInfo())) : Optional.empty();
    draft.link = draft.link.heard(draft.now);
    if (draft.duplex() == Duplex.FULL) {
      draft.say(true);
    }
    giveUp(draft, new Loss(LossKind.UNAVAILABLE, error.getErrorMessage(), retryAfter));
  }

  /** The connection is of no more use: it is closed, and another one follows unless stopping. */
  void giveUp(Draft draft, Loss loss) {
    draft.close();
    if (draft.phase == ClientPhase.STOPPING) {
      draft.stop();
    } else {
      retry(draft, loss);
    }
  }

  /** The connection is gone; the next is opened at once or after a wait. */
  void retry(Draft draft, Loss loss) {
    boolean worked = draft.phase == ClientPhase.CONNECTED;
    settleInDoubt(draft, loss);
    boolean fallsBack = Switchover.isTrial(draft) && switchover.failed(draft, loss);
    if (fallsBack || wasStable(draft)) {
      draft.pace = draft.pace.recovered();
    }
    Duration delay = fallsBack ? Duration.ZERO : delay(draft, loss, worked);
    if (!fallsBack) {
      draft.pace = draft.pace.failed();
    }
    draft.notice(
        worked ? new Notice.Disconnected(loss, delay) : new Notice.ConnectFailed(loss, delay));
    reopen(draft, delay);
  }

  /** The connection was left on purpose and is gone. */
  static void left(Draft draft) {
    draft.unheard();
    reopen(draft, Duration.ZERO);
  }

  private static void reopen(Draft draft, Duration delay) {
    if (delay.isZero() && !draft.isClosing()) {
      draft.open();
    } else {
      draft.phase = ClientPhase.WAITING_TO_RETRY;
      draft.link = Link.unused(draft.duplex()).until(draft.now.plus(delay));
    }
  }

  /** What becomes of the state that was sent and not answered. */
  private static void settleInDoubt(Draft draft, Loss loss) {
    if (loss.kind() == LossKind.BAD_REQUEST) {
      draft.answered();
      return;
    }
    if (loss.kind() == LossKind.TOO_LARGE) {
      AgentToServer sent = draft.ledger.unanswered();
      Ledger.largestIn(sent).ifPresent(section -> draft.withhold(section, sent));
      if (draft.outbox.messageSent()) {
        draft.dropMessage("too large for the server");
      }
    }
    draft.unheard();
  }

  private boolean wasStable(Draft draft) {
    Optional<Instant> since = draft.link.connectedSince();
    return since.isPresent() && !draft.now.isBefore(since.get().plus(settings.stableAfter()));
  }

  /** At once after the first loss of a connection that worked, and never before the server said. */
  private Duration delay(Draft draft, Loss loss, boolean worked) {
    boolean brokenOff = loss.kind() == LossKind.CLOSED || loss.kind() == LossKind.BROKEN;
    boolean atOnce =
        worked && brokenOff && draft.pace.failures() == 0 && draft.duplex() == Duplex.FULL;
    Duration computed =
        atOnce ? Duration.ZERO : settings.backoff().delay(draft.pace.failures(), random);
    return Backoff.atLeast(computed, bounded(loss.retryAfter().orElse(Duration.ZERO)));
  }

  /** The wait in nanoseconds, unsigned. */
  private static Duration wait(RetryInfo retryInfo) {
    long nanos = retryInfo.getRetryAfterNanoseconds();
    return nanos < 0 ? RetryAfter.MAX : bounded(Duration.ofNanos(nanos));
  }

  private static Duration bounded(Duration wait) {
    return wait.compareTo(RetryAfter.MAX) > 0 ? RetryAfter.MAX : wait;
  }
}
