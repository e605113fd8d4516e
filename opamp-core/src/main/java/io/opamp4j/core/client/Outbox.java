package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.CustomMessage;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/**
 * The one-shot parts of messages, which are not compressed (COMPRESS-05): at most one custom
 * message and one request for a certificate at a time. What is sent stays here until the server
 * says something, and is sent again if the connection is lost first (E-46).
 *
 * @param message waits or is in flight; empty if there is none
 * @param answersDue after how many more answers the message has arrived; 0 while it waits
 * @param announced the server's custom capabilities; empty until it announces some (CUSTOM-04)
 * @param requestDue whether the certificate request is to be sent
 * @param requestSent whether it is in flight
 * @param requestsFrom before this no certificate is asked for, because the server refused one
 */
record Outbox(
    Optional<CustomMessage> message,
    int answersDue,
    Set<String> announced,
    boolean requestDue,
    boolean requestSent,
    Instant requestsFrom) {

  static final Outbox EMPTY =
      new Outbox(Optional.empty(), 0, Set.of(), false, false, Instant.EPOCH);

  Outbox {
    requireNonNull(message, "message");
    announced = Set.copyOf(announced);
    requireNonNull(requestsFrom, "requestsFrom");
  }

  Outbox posted(CustomMessage next) {
    if (message.isPresent()) {
      throw new IllegalStateException("a custom message is waiting already");
    }
    return with(Optional.of(next), 0, requestDue, requestSent);
  }

  /** A received list replaces the earlier one (CUSTOM-03). */
  Outbox announced(Set<String> capabilities) {
    return new Outbox(message, answersDue, capabilities, requestDue, requestSent, requestsFrom);
  }

  /** Whether the server has not announced the capability of the message (CUSTOM-09). */
  boolean isUnwanted() {
    return message.isPresent() && !announced.contains(message.get().getCapability());
  }

  boolean isMessageDue() {
    return message.isPresent() && answersDue == 0 && !isUnwanted();
  }

  /** Whether the message is in flight. */
  boolean messageSent() {
    return answersDue > 0;
  }

  /** Whether the next answer says that the message has arrived. */
  boolean isMessageArriving() {
    return answersDue == 1;
  }

  /**
   * The message leaves.
   *
   * @param unanswered the messages before it that have no answer yet; theirs come first (E-61)
   */
  Outbox messageOut(int unanswered) {
    return with(message, unanswered + 1, requestDue, requestSent);
  }

  /** It is given up. */
  Outbox withoutMessage() {
    return with(Optional.empty(), 0, requestDue, requestSent);
  }

  Outbox requesting() {
    return with(message, answersDue, true, false);
  }

  Outbox requestOut() {
    return with(message, answersDue, false, true);
  }

  Outbox withoutRequest() {
    return with(message, answersDue, false, false);
  }

  Outbox noRequestsBefore(Instant time) {
    return new Outbox(message, answersDue, announced, false, false, time);
  }

  /** The server spoke: the request has arrived, and the message once its turn has come. */
  Outbox answered() {
    Optional<CustomMessage> rest = isMessageArriving() ? Optional.empty() : message;
    return messageSent() || requestSent
        ? with(rest, Math.max(0, answersDue - 1), requestDue, false)
        : this;
  }

  /** What was in flight may not have arrived. */
  Outbox unheard() {
    return with(message, 0, requestDue || requestSent, false);
  }

  private Outbox with(
      Optional<CustomMessage> nextMessage, int answers, boolean due, boolean inFlight) {
    return new Outbox(nextMessage, answers, announced, due, inFlight, requestsFrom);
  }
}
