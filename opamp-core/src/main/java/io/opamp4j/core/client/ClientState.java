package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentRemoteConfig;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.ClientMemory;
import io.opamp4j.proto.OpAMPConnectionSettings;
import java.time.Duration;
import java.util.Set;

/**
 * Everything a client remembers. Made by {@link ClientMachine#initial} and replaced by each step.
 */
public final class ClientState {
  private final ClientPhase phase;
  private final Ledger ledger;
  private final Link link;
  private final Pace pace;
  private final Outbox outbox;
  private final ClientMemory memory;
  private final AgentRemoteConfig offered;

  /**
   * @param offered the configuration passed on last; the default instance if none was
   */
  ClientState(
      ClientPhase phase,
      Ledger ledger,
      Link link,
      Pace pace,
      Outbox outbox,
      ClientMemory memory,
      AgentRemoteConfig offered) {
    this.phase = requireNonNull(phase, "phase");
    this.ledger = requireNonNull(ledger, "ledger");
    this.link = requireNonNull(link, "link");
    this.pace = requireNonNull(pace, "pace");
    this.outbox = requireNonNull(outbox, "outbox");
    this.memory = requireNonNull(memory, "memory");
    this.offered = requireNonNull(offered, "offered");
  }

  /** Where the client stands. */
  public ClientPhase phase() {
    return phase;
  }

  /** The instance uid in use. */
  public InstanceUid uid() {
    return InstanceUid.from(ledger.current().getInstanceUid())
        .orElseThrow(() -> new IllegalStateException("a ledger always has a uid"));
  }

  /** The agent's report as of now, whether or not the server knows it. */
  public AgentToServer report() {
    return ledger.current();
  }

  /** Between heartbeats or polls; zero if there are none. */
  public Duration heartbeatInterval() {
    return pace.heartbeat().interval();
  }

  /** The custom capabilities the server has announced; empty until it does (CUSTOM-04). */
  public Set<String> serverCustomCapabilities() {
    return outbox.announced();
  }

  /** Whether {@link ClientMachine#posted} may be called now. */
  public boolean takesMessage() {
    return phase == ClientPhase.CONNECTED && outbox.message().isEmpty();
  }

  /** What to keep over restarts. */
  public ClientMemory memory() {
    return memory;
  }

  /**
   * With what to open the next connection: the settings to verify if there are any, else the
   * verified ones. What is unset in them is as the application wants it.
   */
  public OpAMPConnectionSettings target() {
    return memory.hasCandidate() ? memory.getCandidate().getSettings() : memory.getSettings();
  }

  /** Whether nothing is left to tell: what has been sent so far says it all. */
  public boolean isTold() {
    return ledger.demands().isEmpty() && !ledger.hasNews() && outbox.message().isEmpty();
  }

  Ledger ledger() {
    return ledger;
  }

  Link link() {
    return link;
  }

  Pace pace() {
    return pace;
  }

  Outbox outbox() {
    return outbox;
  }

  AgentRemoteConfig offered() {
    return offered;
  }
}
