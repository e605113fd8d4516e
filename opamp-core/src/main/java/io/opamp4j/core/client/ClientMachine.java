package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.core.wire.RetryAfter;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RetryInfo;
import io.opamp4j.proto.ServerErrorResponse;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import io.opamp4j.proto.ServerToAgentFlags;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Decides what a client does. There is one method per input; each takes a state and the time and
 * returns the {@link ClientStep} to carry out. But for the chance in the waits, the methods are
 * pure functions, and the time they are given must not run backwards. An input that does not fit
 * the phase, such as a late event of a connection already given up, changes nothing.
 *
 * <p>The caller feeds in what its transport reports: {@link #opened}, {@link #received}, {@link
 * #malformed} and {@link #lost}, only for the connection opened last; a message that could not be
 * written is a lost connection. A half-duplex transport has nothing to open: it reports {@code
 * opened} at once, and each request it fails to get an answer for is {@code lost}.
 */
public final class ClientMachine {
  /** How many answers may be missing in a row before the connection counts as dead. */
  static final int MISSES_ALLOWED = 3;

  /** How many unreadable messages in a row are borne (E-06). */
  static final int MALFORMED_ALLOWED = 10;

  private final ClientSettings settings;
  private final RandomGenerator random;

  /**
   * A machine for any number of clients with the same settings.
   *
   * @param random for the waits between attempts
   */
  public ClientMachine(ClientSettings settings, RandomGenerator random) {
    this.settings = requireNonNull(settings, "settings");
    this.random = requireNonNull(random, "random");
  }

  /**
   * A client that has not started.
   *
   * @param report the capabilities and all sections; ReportsStatus is added and undefined
   *     capabilities are dropped (CAP-01, CAP-03)
   */
  public ClientState initial(InstanceUid uid, AgentToServer report) {
    return new ClientState(
        ClientPhase.IDLE,
        Ledger.start(uid, report),
        Link.NEW,
        new Terms(settings.heartbeat(), ByteString.EMPTY),
        Allowance.FULL,
        0);
  }

  /** The application wants a connection. */
  public ClientStep started(ClientState state, Instant now) {
    Draft draft = draft(state, now);
    if (draft.phase == ClientPhase.IDLE) {
      draft.open();
    }
    return draft.step();
  }

  /** The connection is open: the first message is a status report (STAT-01, EST-01). */
  public ClientStep opened(ClientState state, Instant now) {
    Draft draft = draft(state, now);
    if (draft.phase == ClientPhase.CONNECTING) {
      draft.phase = ClientPhase.AWAITING_FIRST_ANSWER;
      draft.link = Link.NEW;
      draft.say(false);
    }
    return draft.step();
  }

  /**
   * The agent is now like this.
   *
   * @param report the capabilities and all sections; the uid in it is not used
   */
  public ClientStep changed(ClientState state, AgentToServer report, Instant now) {
    Draft draft = draft(state, now);
    draft.ledger = draft.ledger.changed(report);
    draft.speak();
    return draft.step();
  }

  /** A message came in. One addressed to another agent is ignored (E-54). */
  public ClientStep received(ClientState state, ServerToAgent message, Instant now) {
    Draft draft = draft(state, now);
    ByteString addressee = message.getInstanceUid();
    boolean forUs =
        addressee.isEmpty() || addressee.equals(draft.ledger.current().getInstanceUid());
    if (!forUs || !draft.phase.isOpen()) {
      return draft.step();
    }
    if (draft.phase == ClientPhase.STOPPING) {
      answeredWhileStopping(draft, now);
      return draft.step();
    }
    if (isUnavailable(message)) {
      unavailable(draft, message.getErrorResponse(), now);
      return draft.step();
    }
    if (draft.phase == ClientPhase.AWAITING_FIRST_ANSWER) {
      draft.phase = ClientPhase.CONNECTED;
      draft.notice(new Notice.Connected());
    }
    draft.link = draft.link.heard(now);
    draft.ledger = draft.ledger.answered();
    if (message.hasErrorResponse()) {
      draft.notice(new Notice.ErrorReceived(message.getErrorResponse()));
    } else {
      process(draft, message);
    }
    draft.speak();
    return draft.step();
  }

  /**
   * Something came in that is not an OpAMP message. It is dropped (E-07); ten in a row end the
   * connection (E-06), and so does one that should have been the answer to a request.
   */
  public ClientStep malformed(ClientState state, String reason, Instant now) {
    Draft draft = draft(state, now);
    if (!draft.phase.isOpen()) {
      return draft.step();
    }
    draft.notice(new Notice.MalformedReceived(reason));
    draft.link = draft.link.garbled();
    if (settings.duplex() == Duplex.HALF || draft.link.malformed() >= MALFORMED_ALLOWED) {
      giveUp(draft, Loss.of(LossKind.MALFORMED, reason), now);
    }
    return draft.step();
  }

  /** The connection is gone, or did not come to be. */
  public ClientStep lost(ClientState state, Loss loss, Instant now) {
    Draft draft = draft(state, now);
    switch (draft.phase) {
      case CONNECTING, AWAITING_FIRST_ANSWER, CONNECTED -> retry(draft, loss, now);
      case STOPPING -> draft.stop();
      default -> {
        // Nothing was open, so nothing is lost.
      }
    }
    return draft.step();
  }

  /**
   * The time of the last step's {@link ClientStep#wakeUp} has come; waking up early does no harm.
   */
  public ClientStep wokeUp(ClientState state, Instant now) {
    Draft draft = draft(state, now);
    if (draft.link.isOverdue(now)) {
      overdue(draft, now);
    }
    draft.speak();
    return draft.step();
  }

  /**
   * The application wants no more: agent_disconnect, then Close (CLOSE-01, CLOSE-02, CLOSE-04).
   * Without a connection this is the end at once.
   */
  public ClientStep stopped(ClientState state, Instant now) {
    Draft draft = draft(state, now);
    switch (draft.phase) {
      case IDLE, WAITING_TO_RETRY -> draft.stop();
      case CONNECTING -> {
        draft.close();
        draft.stop();
      }
      case AWAITING_FIRST_ANSWER, CONNECTED -> sayGoodbye(draft, now);
      default -> {
        // Stopping already.
      }
    }
    return draft.step();
  }

  private void sayGoodbye(Draft draft, Instant now) {
    draft.phase = ClientPhase.STOPPING;
    if (!draft.isRequestInFlight()) {
      draft.say(true);
      if (settings.duplex() == Duplex.FULL) {
        draft.close();
      }
    }
    draft.link = draft.link.until(now.plus(settings.closeTimeout()));
  }

  /**
   * Half-duplex, the goodbye has to wait for the answer under way and is over with its own
   * (HTTP-08).
   */
  private void answeredWhileStopping(Draft draft, Instant now) {
    if (settings.duplex() == Duplex.FULL) {
      return;
    }
    if (draft.link.saidGoodbye()) {
      draft.close();
      draft.stop();
    } else {
      draft.ledger = draft.ledger.answered();
      draft.say(true);
      draft.link = draft.link.until(now.plus(settings.closeTimeout()));
    }
  }

  private void process(Draft draft, ServerToAgent message) {
    draft.ledger = draft.ledger.serverAnnounced(message.getCapabilities());
    Intake intake = new Intake(draft.ledger.current(), message);
    intake.notices().forEach(draft::notice);
    if (intake.isCommand()) {
      return;
    }
    demands(draft, message.getFlags());
    takeUpSettings(draft, intake, message);
    if (message.hasAgentIdentification()) {
      // Anything but 16 bytes is ignored (E-23), and the id already in use is no news.
      InstanceUid.from(message.getAgentIdentification().getNewInstanceUid())
          .filter(uid -> !uid.toBytes().equals(draft.ledger.current().getInstanceUid()))
          .ifPresent(
              uid -> {
                draft.ledger = draft.ledger.renamed(uid);
                draft.notice(new Notice.UidAssigned(uid));
              });
    }
  }

  private void takeUpSettings(Draft draft, Intake intake, ServerToAgent message) {
    ByteString hash = message.getConnectionSettings().getHash();
    boolean known = !hash.isEmpty() && hash.equals(draft.terms.settingsHash());
    if (!message.hasConnectionSettings() || known) {
      return;
    }
    draft.terms = draft.terms.tookUp(hash);
    if (intake.hasInterval(settings.duplex())) {
      long seconds = message.getConnectionSettings().getOpamp().getHeartbeatIntervalSeconds();
      draft.terms = draft.terms.offered(seconds, settings.duplex());
    }
    intake.connectionSettings().map(Notice.ConnectionSettingsOffered::new).ifPresent(draft::notice);
  }

  private static void demands(Draft draft, long flags) {
    EnumSet<Demand> demands = EnumSet.noneOf(Demand.class);
    if ((flags & ServerToAgentFlags.ServerToAgentFlags_ReportFullState_VALUE) != 0) {
      demands.add(Demand.FULL_STATE);
    }
    if ((flags & ServerToAgentFlags.ServerToAgentFlags_ReportAvailableComponents_VALUE) != 0) {
      demands.add(Demand.CATALOGUE);
    }
    if (!demands.isEmpty()) {
      draft.ledger = draft.ledger.demanding(demands);
    }
  }

  private void overdue(Draft draft, Instant now) {
    switch (draft.phase) {
      case WAITING_TO_RETRY -> draft.open();
      case CONNECTING ->
          giveUp(draft, Loss.of(LossKind.TIMEOUT, "no connection within the time allowed"), now);
      case AWAITING_FIRST_ANSWER -> giveUp(draft, unanswered(), now);
      case CONNECTED -> {
        draft.link = draft.link.missed();
        if (settings.duplex() == Duplex.HALF || draft.link.misses() >= MISSES_ALLOWED) {
          giveUp(draft, unanswered(), now);
        } else {
          draft.ledger = draft.ledger.unheard();
        }
      }
      case STOPPING -> {
        draft.close();
        draft.stop();
      }
      default -> throw new IllegalStateException(draft.phase + " waits for nothing");
    }
  }

  private Loss unanswered() {
    return Loss.of(LossKind.TIMEOUT, "no answer within " + settings.answerTimeout());
  }

  /** On Unavailable: disconnect, wait, reconnect, resume (THROTTLE-03 to THROTTLE-05). */
  private void unavailable(Draft draft, ServerErrorResponse error, Instant now) {
    draft.notice(new Notice.ErrorReceived(error));
    Optional<Duration> retryAfter =
        error.hasRetryInfo() ? Optional.of(wait(error.getRetryInfo())) : Optional.empty();
    draft.link = draft.link.heard(now);
    if (settings.duplex() == Duplex.FULL) {
      draft.say(true);
    }
    giveUp(draft, new Loss(LossKind.UNAVAILABLE, error.getErrorMessage(), retryAfter), now);
  }

  /** The connection is of no more use. */
  private void giveUp(Draft draft, Loss loss, Instant now) {
    draft.close();
    if (draft.phase == ClientPhase.STOPPING) {
      draft.stop();
    } else {
      retry(draft, loss, now);
    }
  }

  private void retry(Draft draft, Loss loss, Instant now) {
    boolean worked = draft.phase == ClientPhase.CONNECTED;
    settleInDoubt(draft, loss.kind());
    Optional<Instant> connectedSince = draft.link.connectedSince();
    if (connectedSince.isPresent()
        && !now.isBefore(connectedSince.get().plus(settings.stableAfter()))) {
      draft.failures = 0;
    }
    boolean brokenOff = loss.kind() == LossKind.CLOSED || loss.kind() == LossKind.BROKEN;
    boolean atOnce = worked && brokenOff && draft.failures == 0 && settings.duplex() == Duplex.FULL;
    Duration computed = atOnce ? Duration.ZERO : settings.backoff().delay(draft.failures, random);
    Duration delay = Backoff.atLeast(computed, bounded(loss.retryAfter().orElse(Duration.ZERO)));
    draft.failures = Math.min(draft.failures + 1, Integer.MAX_VALUE - 1);
    draft.notice(
        worked ? new Notice.Disconnected(loss, delay) : new Notice.ConnectFailed(loss, delay));
    if (delay.isZero() && !draft.isClosing()) {
      draft.open();
    } else {
      draft.phase = ClientPhase.WAITING_TO_RETRY;
      draft.link = Link.NEW.until(now.plus(delay));
    }
  }

  /** What becomes of the state that was sent and not answered. */
  private static void settleInDoubt(Draft draft, LossKind kind) {
    if (kind == LossKind.BAD_REQUEST) {
      draft.ledger = draft.ledger.answered();
      return;
    }
    if (kind == LossKind.TOO_LARGE) {
      AgentToServer sent = draft.ledger.unanswered();
      Ledger.largestIn(sent).ifPresent(section -> draft.withhold(section, sent));
    }
    draft.ledger = draft.ledger.unheard();
  }

  private Draft draft(ClientState state, Instant now) {
    return new Draft(state, settings, now);
  }

  private static boolean isUnavailable(ServerToAgent message) {
    return message.hasErrorResponse()
        && message.getErrorResponse().getType()
            == ServerErrorResponseType.ServerErrorResponseType_Unavailable;
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
