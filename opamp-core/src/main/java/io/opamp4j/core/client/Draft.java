package io.opamp4j.core.client;

import io.opamp4j.core.Capabilities;
import io.opamp4j.core.client.ClientStep.ConnectionOrder;
import io.opamp4j.core.report.Section;
import io.opamp4j.proto.AgentCapabilities;
import io.opamp4j.proto.AgentDisconnect;
import io.opamp4j.proto.AgentToServer;
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

  final Instant now;
  private final ClientSettings settings;
  private final List<Notice> notices = new ArrayList<>();
  private Optional<AgentToServer> send = Optional.empty();
  private ConnectionOrder connection = ConnectionOrder.KEEP;

  ClientPhase phase;
  Ledger ledger;
  Link link;
  Terms terms;
  Allowance allowance;
  int failures;

  Draft(ClientState state, ClientSettings settings, Instant now) {
    this.settings = settings;
    this.now = now;
    this.phase = state.phase();
    this.ledger = state.ledger();
    this.link = state.link();
    this.terms = state.terms();
    this.allowance = state.allowance();
    this.failures = state.failures();
  }

  void notice(Notice notice) {
    notices.add(notice);
  }

  void open() {
    phase = ClientPhase.CONNECTING;
    link = Link.NEW.until(now.plus(settings.answerTimeout()));
    connection = ConnectionOrder.OPEN;
  }

  void close() {
    connection = ConnectionOrder.CLOSE;
  }

  boolean isClosing() {
    return connection == ConnectionOrder.CLOSE;
  }

  void stop() {
    phase = ClientPhase.STOPPED;
    link = Link.NEW;
    notice(new Notice.Stopped());
  }

  /** Says whatever there is to say at this moment, at most one message. */
  void speak() {
    if (phase != ClientPhase.CONNECTED || isRequestInFlight()) {
      return;
    }
    if (ledger.hasNews()) {
      say(false);
    } else if (!ledger.demands().isEmpty() && allowance.allows(now)) {
      allowance = allowance.spend(now);
      say(false);
    } else if (heartbeats() && terms.heartbeat().due(link.lastSent(), now)) {
      say(false);
    }
  }

  /** Sends the next message, which may have nothing in it but the mandatory fields. */
  void say(boolean last) {
    AgentToServer message = withinLimit(last);
    send = Optional.of(message);
    ledger = ledger.sent(message);
    link = link.sent(now, now.plus(settings.answerTimeout()));
    if (last) {
      link = link.goodbye();
    }
  }

  /** agent_disconnect, then Close (CLOSE-01, CLOSE-02, CLOSE-04). */
  void sayGoodbye() {
    phase = ClientPhase.STOPPING;
    if (!isRequestInFlight()) {
      say(true);
      if (settings.duplex() == Duplex.FULL) {
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
    if (settings.duplex() == Duplex.FULL) {
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
    return settings.duplex() == Duplex.HALF && link.deadline().isPresent();
  }

  ClientStep step() {
    ClientState state = new ClientState(phase, ledger, link, terms, allowance, failures);
    return new ClientStep(state, notices, send, connection, wakeUp());
  }

  private AgentToServer withinLimit(boolean last) {
    while (true) {
      AgentToServer next = ledger.next();
      AgentToServer message =
          last
              ? next.toBuilder().setAgentDisconnect(AgentDisconnect.getDefaultInstance()).build()
              : next;
      long size = MESSAGE_HEADER + Integer.toUnsignedLong(message.getSerializedSize());
      Optional<Section> largest =
          size > settings.sendLimit() ? Ledger.largestIn(next) : Optional.empty();
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
    return settings.duplex() == Duplex.HALF
        || Capabilities.has(
            ledger.current().getCapabilities(),
            AgentCapabilities.AgentCapabilities_ReportsHeartbeat);
  }

  /** The earliest of all there is to wait for. */
  private Optional<Instant> wakeUp() {
    boolean maySpeak = phase == ClientPhase.CONNECTED && !isRequestInFlight();
    Optional<Instant> heartbeat =
        maySpeak && heartbeats() ? terms.heartbeat().next(link.lastSent()) : Optional.empty();
    Optional<Instant> demanded =
        maySpeak && !ledger.demands().isEmpty()
            ? Optional.of(allowance.refillsAt())
            : Optional.empty();
    return Stream.of(link.deadline(), heartbeat, demanded)
        .flatMap(Optional::stream)
        .min(Instant::compareTo);
  }
}
