package io.opamp4j.core.client;

import io.opamp4j.core.Capabilities;
import io.opamp4j.core.client.ClientStep.ConnectionOrder;
import io.opamp4j.core.report.Section;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentDisconnect;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.AgentToServerFlags;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.OpAMPConnectionSettings;
import io.opamp4j.proto.ServerCapabilities;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A step while it is being worked out. Lives for one call of {@link ClientMachine}, and is not
 * shared.
 */
final class Draft {
  private static final int MESSAGE_HEADER = 1;
  private static final int RESERVED_NUMBERS = 1000;

  final Instant now;
  private final ClientSettings settings;
  private final List<Notice> notices = new ArrayList<>();
  private Optional<AgentToServer> send = Optional.empty();
  private final ClientMemory remembered;
  private ConnectionOrder connection = ConnectionOrder.KEEP;

  ClientPhase phase;
  Ledger ledger;
  Link link;
  Pace pace;
  Outbox outbox;
  ClientMemory memory;
  AgentRemoteConfig offered;

  Draft(ClientState state, ClientSettings settings, Instant now) {
    this.settings = settings;
    this.now = now;
    this.phase = state.phase();
    this.ledger = state.ledger();
    this.link = state.link();
    this.pace = state.pace();
    this.outbox = state.outbox();
    this.memory = state.memory();
    this.remembered = memory;
    this.offered = state.offered();
  }

  void notice(Notice notice) {
    notices.add(notice);
  }

  /** Opens a connection: to the candidate if there is one, else to the verified settings. */
  void open() {
    phase = ClientPhase.CONNECTING;
    OpAMPConnectionSettings target = memory.getSettings();
    if (memory.hasCandidate()) {
      target = memory.getCandidate().getSettings();
      ClientMemory.Builder next = memory.toBuilder();
      next.getCandidateBuilder().setAttempts(memory.getCandidate().getAttempts() + 1);
      memory = next.build();
    }
    Duplex duplex = Settings.duplex(target, settings.duplex());
    link = Link.unused(duplex).until(now.plus(settings.answerTimeout()));
    connection = ConnectionOrder.OPEN;
  }

  /** Who may speak when on the connection at hand. */
  Duplex duplex() {
    return link.duplex();
  }

  void close() {
    connection = ConnectionOrder.CLOSE;
  }

  boolean isClosing() {
    return connection == ConnectionOrder.CLOSE;
  }

  void stop() {
    phase = ClientPhase.STOPPED;
    link = Link.unused(duplex());
    memory = memory.toBuilder().setSequenceCeiling(ledger.nextSequence()).build();
    notice(new Notice.Stopped());
  }

  /** Says whatever there is to say at this moment, at most one message. */
  void speak() {
    if (phase != ClientPhase.CONNECTED || isRequestInFlight()) {
      return;
    }
    if (outbox.isUnwanted()) {
      dropMessage("the server does not have the capability (any more)");
    }
    if (ledger.hasNews() || outbox.isMessageDue() || isRequestDue()) {
      say(false);
    } else if (!ledger.demands().isEmpty() && pace.allowance().allows(now)) {
      pace = pace.spending(now);
      say(false);
    } else if (heartbeats() && pace.on(duplex()).due(link.lastSent(), now)) {
      say(false);
    }
  }

  /** Sends the next message, which may have nothing in it but the mandatory fields. */
  void say(boolean last) {
    AgentToServer facts = withinLimit(last);
    AgentToServer message = last ? facts : withOneShots(facts);
    send = Optional.of(message);
    ledger = ledger.sent(message);
    reserveNumbers(message.getSequenceNum());
    link = link.sent(now, now.plus(settings.answerTimeout()));
    if (last) {
      link = link.goodbye();
    }
  }

  /** The server spoke, so what was sent has arrived. */
  void answered() {
    ledger = ledger.answered();
    if (outbox.isMessageArriving()) {
      outbox.message().map(Notice.CustomMessageSent::new).ifPresent(this::notice);
    }
    outbox = outbox.answered();
  }

  /** What was sent may not have arrived. */
  void unheard() {
    ledger = ledger.unheard();
    outbox = outbox.unheard();
  }

  /** The custom message is given up. */
  void dropMessage(String reason) {
    outbox.message().ifPresent(message -> notice(new Notice.CustomMessageDropped(message, reason)));
    outbox = outbox.withoutMessage();
  }

  /** agent_disconnect, and then another connection (DUP-02). */
  void leave() {
    phase = ClientPhase.LEAVING;
    say(true);
    if (duplex() == Duplex.FULL) {
      close();
    }
    link = link.until(now.plus(settings.closeTimeout()));
  }

  /** agent_disconnect, then Close (CLOSE-01, CLOSE-02, CLOSE-04). */
  void sayGoodbye() {
    phase = ClientPhase.STOPPING;
    if (!isRequestInFlight()) {
      say(true);
      if (duplex() == Duplex.FULL) {
        close();
      }
    }
    link = link.until(now.plus(settings.closeTimeout()));
  }

  /**
   * Half-duplex, the goodbye has to wait for the answer under way and is over with its own
   * (HTTP-08).
   */
  void answeredWhileStopping() {
    if (duplex() == Duplex.FULL) {
      return;
    }
    if (link.saidGoodbye()) {
      close();
      stop();
    } else {
      ledger = ledger.answered();
      say(true);
      link = link.until(now.plus(settings.closeTimeout()));
    }
  }

  /** Whether a request waits for its answer, so that nothing else may be sent (HTTP-08). */
  boolean isRequestInFlight() {
    return duplex() == Duplex.HALF && link.deadline().isPresent();
  }

  /**
   * @param alarm something else to wake up for
   */
  ClientStep step(Optional<Instant> alarm) {
    ClientState state = new ClientState(phase, ledger, link, pace, outbox, remembering(), offered);
    Optional<ClientMemory> save =
        state.memory().equals(remembered) ? Optional.empty() : Optional.of(state.memory());
    return new ClientStep(state, save, notices, send, connection, wakeUp(alarm));
  }

  private ClientMemory remembering() {
    return memory.getInstanceUid().equals(ledger.current().getInstanceUid())
        ? memory
        : memory.toBuilder().setInstanceUid(ledger.current().getInstanceUid()).build();
  }

  /** Numbers are reserved ahead, so that none is used twice whenever the process dies. */
  private void reserveNumbers(long used) {
    if (memory.getSequenceCeiling() - used <= 0) {
      memory = memory.toBuilder().setSequenceCeiling(used + RESERVED_NUMBERS).build();
    }
  }

  private boolean isRequestDue() {
    return outbox.requestDue()
        && memory.hasCertificateRequest()
        && ledger.serverCan(ServerCapabilities.ServerCapabilities_AcceptsConnectionSettingsRequest);
  }

  /** With the parts that are said once, as far as they fit. */
  private AgentToServer withOneShots(AgentToServer facts) {
    AgentToServer message = facts;
    if (memory.getUidIsTemporary()) {
      long flag = AgentToServerFlags.AgentToServerFlags_RequestInstanceUid_VALUE;
      message = message.toBuilder().setFlags(flag).build();
    }
    if (phase == ClientPhase.CONNECTED && isRequestDue()) {
      AgentToServer.Builder asking = message.toBuilder();
      asking
          .getConnectionSettingsRequestBuilder()
          .getOpampBuilder()
          .getCertificateRequestBuilder()
          .setCsr(memory.getCertificateRequest().getCsr());
      if (fits(asking.build())) {
        message = asking.build();
        outbox = outbox.requestOut();
      }
    }
    if (phase == ClientPhase.CONNECTED && outbox.isMessageDue()) {
      AgentToServer saying =
          message.toBuilder().setCustomMessage(outbox.message().orElseThrow()).build();
      if (fits(saying)) {
        message = saying;
        outbox = outbox.messageOut(link.unanswered());
      } else if (Section.presentIn(message).isEmpty()) {
        dropMessage("over the limit of " + settings.sendLimit() + " bytes");
      }
    }
    return message;
  }

  private boolean fits(AgentToServer message) {
    return MESSAGE_HEADER + Integer.toUnsignedLong(message.getSerializedSize())
        <= settings.sendLimit();
  }

  private AgentToServer withinLimit(boolean last) {
    while (true) {
      AgentToServer next = ledger.next();
      AgentToServer message =
          last
              ? next.toBuilder().setAgentDisconnect(AgentDisconnect.getDefaultInstance()).build()
              : next;
      Optional<Section> largest = fits(message) ? Optional.empty() : Ledger.largestIn(next);
      if (largest.isEmpty()) {
        return message;
      }
      withhold(largest.get(), next);
    }
  }

  /** This part of the report is too large, and is left out until it changes. */
  void withhold(Section section, AgentToServer message) {
    ledger = ledger.withholding(section, message);
    notice(new Notice.SectionWithheld(section, section.get(message).getSerializedSize()));
  }

  private boolean heartbeats() {
    return duplex() == Duplex.HALF
        || Capabilities.has(
            ledger.current().getCapabilities(),
            AgentCapabilities.AgentCapabilities_ReportsHeartbeat);
  }

  /** The earliest of all there is to wait for. */
  private Optional<Instant> wakeUp(Optional<Instant> alarm) {
    boolean maySpeak = phase == ClientPhase.CONNECTED && !isRequestInFlight();
    Optional<Instant> heartbeat =
        maySpeak && heartbeats() ? pace.on(duplex()).next(link.lastSent()) : Optional.empty();
    Optional<Instant> demanded =
        maySpeak && !ledger.demands().isEmpty()
            ? Optional.of(pace.allowance().refillsAt())
            : Optional.empty();
    Optional<Instant> other = phase == ClientPhase.CONNECTED ? alarm : Optional.empty();
    return Stream.of(link.deadline(), heartbeat, demanded, other)
        .flatMap(Optional::stream)
        .min(Instant::compareTo);
  }
}
