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
 * @param messageSent whether the message is in flight
 * @param announced the server's custom capabilities; empty until it announces some (CUSTOM-04)
 * @param requestDue whether the certificate request is to be sent
 * @param requestSent whether it is in flight
 * @param requestsFrom before this no certificate is asked for, because the server refused one
 */
record Outbox(
    Optional<CustomMessage> message,
    boolean messageSent,
    Set<String> announced,
    boolean requestDue,
    boolean requestSent,
    Instant requestsFrom) {

  static final Outbox EMPTY =
      new Outbox(Optional.empty(), false, Set.of(), false, false, Instant.EPOCH);

  Outbox {
    requireNonNull(message, "message");
    announced = Set.copyOf(announced);
    requireNonNull(requestsFrom, "requestsFrom");
  }

  Outbox posted(CustomMessage next) {
    if (message.isPresent()) {
      throw new IllegalStateException("a custom message is waiting already");
    }
    return with(Optional.of(next), false, requestDue, requestSent);
  }

  /** A received list replaces the earlier one (CUSTOM-03). */
  Outbox announced(Set<String> capabilities) {
    return new Outbox(message, messageSent, capabilities, requestDue, requestSent, requestsFrom);
  }

  /** Whether the server has not announced the capability of the message (CUSTOM-09). */
  boolean isUnwanted() {
    return message.isPresent() && !announced.contains(message.get().getCapability());
  }

  boolean isMessageDue() {
    return message.isPresent() && !messageSent && !isUnwanted();
  }

  /** The message leaves. */
  Outbox messageOut() {
    return with(message, true, requestDue, requestSent);
  }

  /** It is given up. */
  Outbox withoutMessage() {
    return with(Optional.empty(), false, requestDue, requestSent);
  }

  Outbox requesting() {
    return with(message, messageSent, true, false);
  }

  Outbox requestOut() {
    return with(message, messageSent, false, true);
  }

  Outbox withoutRequest() {
    return with(message, messageSent, false, false);
  }

  Outbox noRequestsBefore(Instant time) {
    return new Outbox(message, messageSent, announced, false, false, time);
  }

  /** The server spoke: what was in flight has arrived. */
  Outbox answered() {
    return messageSent || requestSent
        ? with(messageSent ? Optional.empty() : message, false, requestDue, false)
        : this;
  }

  /** What was in flight may not have arrived. */
  Outbox unheard() {
    return with(message, false, requestDue || requestSent, false);
  }

  private Outbox with(
      Optional<CustomMessage> nextMessage, boolean sent, boolean due, boolean inFlight) {
    return new Outbox(nextMessage, sent, announced, due, inFlight, requestsFrom);
  }
}
