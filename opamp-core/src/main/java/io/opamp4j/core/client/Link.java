package io.opamp4j.core.client;

import java.time.Instant;
import java.util.Optional;

/**
 * What is remembered about the connection at hand, and forgotten with it.
 *
 * @param deadline when the present wait has lasted too long: for the connection to open, for an
 *     answer, for the goodbye, or until the next attempt
 * @param lastSent when a message of any kind last went out (HB-09)
 * @param connectedSince when the first answer came; empty before
 * @param misses how many answers in a row did not come in time
 * @param malformed how many unreadable messages came in a row
 * @param saidGoodbye whether agent_disconnect is out
 */
record Link(
    Optional<Instant> deadline,
    Instant lastSent,
    Optional<Instant> connectedSince,
    int misses,
    int malformed,
    boolean saidGoodbye) {

  /** Nothing sent, nothing heard. */
  static final Link NEW = new Link(Optional.empty(), Instant.EPOCH, Optional.empty(), 0, 0, false);

  Link until(Instant deadline) {
    return new Link(
        Optional.of(deadline), lastSent, connectedSince, misses, malformed, saidGoodbye);
  }

  /** A message went out; unless an answer is due already, it is due by then. */
  Link sent(Instant now, Instant answerDue) {
    return new Link(
        Optional.of(deadline.orElse(answerDue)),
        now,
        connectedSince,
        misses,
        malformed,
        saidGoodbye);
  }

  /** The server spoke. */
  Link heard(Instant now) {
    return new Link(
        Optional.empty(), lastSent, Optional.of(connectedSince.orElse(now)), 0, 0, saidGoodbye);
  }

  /** No answer came in time. */
  Link missed() {
    return new Link(Optional.empty(), lastSent, connectedSince, misses + 1, malformed, saidGoodbye);
  }

  /** Something unreadable came. */
  Link garbled() {
    return new Link(deadline, lastSent, connectedSince, misses, malformed + 1, saidGoodbye);
  }

  Link goodbye() {
    return new Link(deadline, lastSent, connectedSince, misses, malformed, true);
  }

  boolean isOverdue(Instant now) {
    return deadline.isPresent() && !now.isBefore(deadline.get());
  }
}
