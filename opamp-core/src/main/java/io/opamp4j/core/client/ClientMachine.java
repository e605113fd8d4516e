package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ServerErrorResponseType;
import io.opamp4j.proto.ServerToAgent;
import java.time.Instant;
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
  private final Retries retries;

  /**
   * A machine for any number of clients with the same settings.
   *
   * @param random for the waits between attempts
   */
  public ClientMachine(ClientSettings settings, RandomGenerator random) {
    this.settings = requireNonNull(settings, "settings");
    this.retries = new Retries(settings, requireNonNull(random, "random"));
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
      draft.answeredWhileStopping();
      return draft.step();
    }
    if (isUnavailable(message)) {
      retries.unavailable(draft, message.getErrorResponse());
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
      retries.giveUp(draft, Loss.of(LossKind.MALFORMED, reason));
    }
    return draft.step();
  }

  /** The connection is gone, or did not come to be. */
  public ClientStep lost(ClientState state, Loss loss, Instant now) {
    Draft draft = draft(state, now);
    switch (draft.phase) {
      case CONNECTING, AWAITING_FIRST_ANSWER, CONNECTED -> retries.retry(draft, loss);
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
      overdue(draft);
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
      case AWAITING_FIRST_ANSWER, CONNECTED -> draft.sayGoodbye();
      default -> {
        // Stopping already.
      }
    }
    return draft.step();
  }

  private void process(Draft draft, ServerToAgent message) {
    draft.ledger = draft.ledger.serverAnnounced(message.getCapabilities());
    Intake intake = new Intake(draft.ledger.current(), message);
    intake.notices().forEach(draft::notice);
    if (intake.isCommand()) {
      return;
    }
    draft.ledger = draft.ledger.demanding(intake.demands());
    takeUpSettings(draft, intake, message);
    intake
        .newUid()
        .ifPresent(
            uid -> {
              draft.ledger = draft.ledger.renamed(uid);
              draft.notice(new Notice.UidAssigned(uid));
            });
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

  private void overdue(Draft draft) {
    switch (draft.phase) {
      case WAITING_TO_RETRY -> draft.open();
      case CONNECTING ->
          retries.giveUp(draft, Loss.of(LossKind.TIMEOUT, "no connection within the time allowed"));
      case AWAITING_FIRST_ANSWER -> retries.giveUp(draft, unanswered());
      case CONNECTED -> {
        draft.link = draft.link.missed();
        if (settings.duplex() == Duplex.HALF || draft.link.misses() >= MISSES_ALLOWED) {
          retries.giveUp(draft, unanswered());
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

  private Draft draft(ClientState state, Instant now) {
    return new Draft(state, settings, now);
  }

  private static boolean isUnavailable(ServerToAgent message) {
    return message.hasErrorResponse()
        && message.getErrorResponse().getType()
            == ServerErrorResponseType.ServerErrorResponseType_Unavailable;
  }
}
