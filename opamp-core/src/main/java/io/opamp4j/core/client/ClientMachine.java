package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.CertificateInHand;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.CustomMessage;
import io.opamp4j.proto.ServerToAgent;
import java.time.Instant;
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

  private final ClientSettings settings;
  private final Switchover switchover;
  private final Certificates certificates;
  private final Retries retries;
  private final Reception reception;

  /**
   * A machine for any number of clients with the same settings, which keep nothing over restarts.
   *
   * @param random for the waits between attempts
   */
  public ClientMachine(ClientSettings settings, RandomGenerator random) {
    this(settings, SettingsPolicy.EPHEMERAL, random);
  }

  /**
   * A machine for any number of clients with the same settings.
   *
   * @param policy which connection settings are taken up
   * @param random for the waits between attempts
   */
  public ClientMachine(ClientSettings settings, SettingsPolicy policy, RandomGenerator random) {
    this.settings = requireNonNull(settings, "settings");
    this.switchover = new Switchover(settings, requireNonNull(policy, "policy"));
    this.certificates = new Certificates(policy);
    this.retries = new Retries(settings, requireNonNull(random, "random"), switchover);
    this.reception = new Reception(switchover, certificates, retries);
  }

  /**
   * A client that has not started and has no past.
   *
   * @param report the capabilities and all sections; ReportsStatus is added and undefined
   *     capabilities are dropped (CAP-01, CAP-03)
   */
  public ClientState initial(InstanceUid uid, AgentToServer report) {
    return initial(ClientMemory.newBuilder().setInstanceUid(uid.toBytes()).build(), report);
  }

  /**
   * A client that has not started.
   *
   * @param memory what an earlier process kept; at least a uid
   * @param report as above
   */
  public ClientState initial(ClientMemory memory, AgentToServer report) {
    if (InstanceUid.from(memory.getInstanceUid()).isEmpty()) {
      throw new IllegalArgumentException(
          "a uid has 16 bytes, not " + memory.getInstanceUid().size());
    }
    Ledger ledger = Ledger.start(memory.getInstanceUid(), report, memory.getSequenceCeiling());
    Pace pace = new Pace(settings.heartbeat(), Allowance.FULL, 0);
    if (memory.hasSettings()) {
      Duplex duplex = Settings.duplex(memory.getSettings(), settings.duplex());
      pace = pace.offered(memory.getSettings().getHeartbeatIntervalSeconds(), duplex);
    }
    return new ClientState(
        ClientPhase.IDLE,
        ledger.settled(Settings.status(memory.getProgress())),
        Link.unused(settings.duplex()),
        pace,
        Outbox.EMPTY,
        memory,
        AgentRemoteConfig.getDefaultInstance());
  }

  /** The application wants a connection. */
  public ClientStep started(ClientState state, Instant now) {
    Draft draft = draft(state, now);
    if (draft.phase == ClientPhase.IDLE) {
      switchover.beforeStart(draft);
      draft.open();
    }
    return step(draft);
  }

  /** The connection is open: the first message is a status report (STAT-01, EST-01). */
  public ClientStep opened(ClientState state, Instant now) {
    Draft draft = draft(state, now);
    if (draft.phase == ClientPhase.CONNECTING) {
      draft.phase = ClientPhase.AWAITING_FIRST_ANSWER;
      draft.link = Link.unused(draft.duplex());
      Certificates.reconnected(draft);
      draft.say(false);
    }
    return step(draft);
  }

  /**
   * The agent is now like this.
   *
   * @param report the capabilities and all sections; the uid in it is not used
   */
  public ClientStep changed(ClientState state, AgentToServer report, Instant now) {
    Draft draft = draft(state, now);
    draft.ledger = draft.ledger.changed(report);
    Reception.remember(draft);
    draft.speak();
    return step(draft);
  }

  /**
   * The application wants to send this, once; only while {@link ClientState#takesMessage}. Whether
   * it left is told by {@link Notice.CustomMessageSent} or {@link Notice.CustomMessageDropped}; if
   * the connection broke before the server said anything, it is sent again.
   */
  public ClientStep posted(ClientState state, CustomMessage message, Instant now) {
    Draft draft = draft(state, now);
    draft.outbox = draft.outbox.posted(message);
    draft.speak();
    return step(draft);
  }

  /**
   * The outcome of {@link Notice.ConnectionSettingsOffered}. One that is not awaited changes
   * nothing.
   *
   * @param hash of the offer
   * @param error empty if the settings are in use
   */
  public ClientStep handled(
      ClientState state, ByteString hash, Optional<String> error, Instant now) {
    Draft draft = draft(state, now);
    switchover.handled(draft, hash, error);
    draft.speak();
    return step(draft);
  }

  /** The answer to {@link Notice.CertificateWanted}. One for an earlier uid changes nothing. */
  public ClientStep requested(ClientState state, CertificateInHand request, Instant now) {
    Draft draft = draft(state, now);
    Certificates.requested(draft, request);
    draft.speak();
    return step(draft);
  }

  /** A message came in. One addressed to another agent is ignored (E-54). */
  public ClientStep received(ClientState state, ServerToAgent message, Instant now) {
    Draft draft = draft(state, now);
    reception.received(draft, message);
    return step(draft);
  }

  /**
   * Something came in that is not an OpAMP message. It is dropped (E-07); ten in a row end the
   * connection (E-06), and so does one that should have been the answer to a request.
   */
  public ClientStep malformed(ClientState state, String reason, Instant now) {
    Draft draft = draft(state, now);
    reception.malformed(draft, reason);
    return step(draft);
  }

  /** The connection is gone, or did not come to be. */
  public ClientStep lost(ClientState state, Loss loss, Instant now) {
    Draft draft = draft(state, now);
    switch (draft.phase) {
      case CONNECTING, AWAITING_FIRST_ANSWER, CONNECTED -> retries.retry(draft, loss);
      case LEAVING -> Retries.left(draft);
      case STOPPING -> draft.stop();
      default -> {
        // Nothing was open, so nothing is lost.
      }
    }
    return step(draft);
  }

  /**
   * The time of the last step's {@link ClientStep#wakeUp} has come; waking up early does no harm.
   */
  public ClientStep wokeUp(ClientState state, Instant now) {
    Draft draft = draft(state, now);
    if (draft.link.isOverdue(now)) {
      overdue(draft);
    }
    certificates.askIfNeeded(draft);
    draft.speak();
    return step(draft);
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
      case LEAVING -> draft.phase = ClientPhase.STOPPING;
      default -> {
        // Stopping already.
      }
    }
    return step(draft);
  }

  private void overdue(Draft draft) {
    switch (draft.phase) {
      case WAITING_TO_RETRY -> draft.open();
      case CONNECTING ->
          retries.giveUp(draft, Loss.of(LossKind.TIMEOUT, "no connection within the time allowed"));
      case AWAITING_FIRST_ANSWER -> retries.giveUp(draft, unanswered());
      case CONNECTED -> {
        draft.link = draft.link.missed();
        if (draft.duplex() == Duplex.HALF || draft.link.misses() >= MISSES_ALLOWED) {
          retries.giveUp(draft, unanswered());
        } else {
          draft.unheard();
        }
      }
      case LEAVING -> {
        draft.close();
        Retries.left(draft);
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

  private ClientStep step(Draft draft) {
    return draft.step(certificates.next(draft));
  }
}
