package io.opamp4j.core.server;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * The agent's connection as far as the machine cares.
 *
 * @param up whether there is a live connection
 * @param halfDuplex whether the server may speak only in an answer: plain HTTP (HTTP-07)
 * @param greeted whether the server has told its capabilities on this connection (CAP-08, E-62)
 * @param since when it came up or went down
 * @param reason why it is down, in plain words; empty when up
 */
public record Link(boolean up, boolean halfDuplex, boolean greeted, Instant since, String reason) {
  /** An agent this server has not heard yet. */
  public static final Link NEVER =
      new Link(false, false, false, Instant.EPOCH, "not connected since the server started");

  public Link {
    requireNonNull(since, "since");
    requireNonNull(reason, "reason");
  }

  static Link opened(boolean halfDuplex, Instant now) {
    return new Link(true, halfDuplex, false, now, "");
  }

  Link closed(String why, Instant now) {
    return new Link(false, halfDuplex, false, now, why);
  }

  Link greet() {
    return greeted ? this : new Link(up, halfDuplex, true, since, reason);
  }
}
