package io.opamp4j.core.client;

import java.time.Instant;
import java.util.Optional;

/**
 * What is remembered about the connection at hand, and forgotten with it.
 *
 * @param duplex who may speak when
 * @param deadline when the present wait has lasted too long: for the connection to open, for an
 *     answer, for the goodbye, or until the next attempt
 * @param lastSent when a message of any kind last went out (HB-09)
 * @param connectedSince when the first answer came; empty before
 * @param unanswered how many messages have no answer yet, as far as that can be told: what the
 *     server says on its own looks like an answer (E-61)
 * @param misses how many answers in a row did not come in time
 * @param malformed how many unreadable messages came in a row
 * @param saidGoodbye whether agent_disconnect is out
 */
record Link(
    Duplex duplex,
    Optional<Instant> deadline,
    Instant lastSent,
    Optional<Instant> connectedSince,
    int unanswered,
    int misses,
    int malformed,
    boolean saidGoodbye) {

  /** Nothing sent, nothing heard. */
  static Link unused(Duplex duplex) {
    return new Link(duplex, Optional.empty(), Instant.EPOCH, Optional.empty(), 0, 0, 0, false);
  }

  Link until(Instant time) {
    return new Link(
        duplex,
        Optional.of(time),
        lastSent,
        connectedSince,
        unanswered,
        misses,
        malformed,
        saidGoodbye);
  }

  /** A message went out; unless an answer is due already, it is due by then. */
  Link sent(Instant now, Instant answerDue) {
    Instant due = deadline.orElse(answerDue);
    return new Link(
        duplex,
        Optional.of(due),
        now,
        connectedSince,
        unanswered + 1,
        misses,
        malformed,
        saidGoodbye);
  }

  /** The server spoke. */
  Link heard(Instant now) {
    Optional<Instant> since = Optional.of(connectedSince.orElse(now));
    return new Link(
        duplex, Optional.empty(), lastSent, since, Math.max(0, unanswered - 1), 0, 0, saidGoodbye);
  }

  /** No answer came in time. */
  Link missed() {
    return new Link(
        duplex, Optional.empty(), lastSent, connectedSince, 0, misses + 1, malformed, saidGoodbye);
  }

  /** Something unreadable came. */
  Link garbled() {
    return new Link(
        duplex, deadline, lastSent, connectedSince, unanswered, misses, malformed + 1, saidGoodbye);
  }

  Link goodbye() {
    return new Link(
        duplex, deadline, lastSent, connectedSince, unanswered, misses, malformed, true);
  }

  boolean isOverdue(Instant now) {
    return deadline.isPresent() && !now.isBefore(deadline.get());
  }
}
