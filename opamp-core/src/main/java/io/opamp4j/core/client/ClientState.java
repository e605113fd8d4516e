package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.proto.AgentToServer;
import java.time.Duration;

/**
 * Everything a client remembers. Made by {@link ClientMachine#initial} and replaced by each step.
 */
public final class ClientState {
  private final ClientPhase phase;
  private final Ledger ledger;
  private final Link link;
  private final Terms terms;
  private final Allowance allowance;
  private final int failures;

  ClientState(
      ClientPhase phase, Ledger ledger, Link link, Terms terms, Allowance allowance, int failures) {
    this.phase = requireNonNull(phase, "phase");
    this.ledger = requireNonNull(ledger, "ledger");
    this.link = requireNonNull(link, "link");
    this.terms = requireNonNull(terms, "terms");
    this.allowance = requireNonNull(allowance, "allowance");
    this.failures = failures;
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
    return terms.heartbeat().interval();
  }

  /** Whether nothing is left to tell: what has been sent so far says it all. */
  public boolean isTold() {
    return ledger.demands().isEmpty() && !ledger.hasNews();
  }

  Ledger ledger() {
    return ledger;
  }

  Link link() {
    return link;
  }

  Terms terms() {
    return terms;
  }

  Allowance allowance() {
    return allowance;
  }

  int failures() {
    return failures;
  }
}
