package io.opamp4j.server.transport.http;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What an HTTP connection may cost.
 *
 * @param agentsPath where agents connect (TRN-03)
 * @param maxReceivedMessageSize bytes of a request body, packed and unpacked (LIM-17, E-14)
 * @param maxSentMessageSize bytes of a response body before compression (LIM-24)
 * @param headTimeout how long the first request's head may take after TCP connected
 * @param idleTimeout how long a connection may stay open between two requests
 * @param bodyTimeout how long a peer may stand still while it sends or reads a body
 * @param answerTimeout how long an agent's message may be worked on
 * @param lingerTimeout how long to wait for the peer's end after answering before its body was read
 * @param legacyUlid whether the text of a ULID is taken for an instance uid (E-09)
 */
public record HttpSettings(
    String agentsPath,
    int maxReceivedMessageSize,
    int maxSentMessageSize,
    Duration headTimeout,
    Duration idleTimeout,
    Duration bodyTimeout,
    Duration answerTimeout,
    Duration lingerTimeout,
    boolean legacyUlid) {
  public HttpSettings {
    requireNonNull(agentsPath, "agentsPath");
    if (maxReceivedMessageSize < 1 || maxSentMessageSize < 1) {
      throw new IllegalArgumentException("message sizes must be positive");
    }
    requireNonNull(headTimeout, "headTimeout");
    requireNonNull(idleTimeout, "idleTimeout");
    requireNonNull(bodyTimeout, "bodyTimeout");
    requireNonNull(answerTimeout, "answerTimeout");
    requireNonNull(lingerTimeout, "lingerTimeout");
  }
}
