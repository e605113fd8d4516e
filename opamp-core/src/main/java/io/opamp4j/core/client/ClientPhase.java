package io.opamp4j.core.client;

/**
 * Where a client stands.
 *
 * <pre>
 *   IDLE ──started──▶ CONNECTING ──opened──▶ AWAITING_FIRST_ANSWER ──received──▶ CONNECTED
 *                        ▲  │                        │                              │
 *                        │  └────lost, deadline──────┴────────lost, unavailable─────┤
 *                     woke up                                                       │
 *                        └───────────────── WAITING_TO_RETRY ◀──────────────────────┘
 *
 *   CONNECTED ──settings to verify──▶ LEAVING ──closed, answered, deadline──▶ CONNECTING
 *
 *   stopped: IDLE, CONNECTING, WAITING_TO_RETRY ──▶ STOPPED
 *            AWAITING_FIRST_ANSWER, CONNECTED, LEAVING ──▶ STOPPING ──closed, answered, deadline──▶ STOPPED
 * </pre>
 *
 * A connection lost after it was stable is reopened at once, without a wait (EST-04).
 */
public enum ClientPhase {
  /** Not started yet. */
  IDLE,
  /** The transport is opening a connection. Half-duplex: about to send the first request. */
  CONNECTING,
  /**
   * The first report of this connection is out and nothing else is said until it is answered
   * (EST-01).
   */
  AWAITING_FIRST_ANSWER,
  /** The server has answered on this connection. */
  CONNECTED,
  /** No connection, and none is tried before the deadline. */
  WAITING_TO_RETRY,
  /**
   * Saying goodbye before another connection with new settings, of which there is never more than
   * one at a time (CONN-13, DUP-02).
   */
  LEAVING,
  /** Saying goodbye: agent_disconnect, then Close (CLOSE-01, CLOSE-02, CLOSE-04). */
  STOPPING,
  /** The end; a client is not started twice. */
  STOPPED;

  /** Whether a connection is open in both directions, so that something can be received. */
  boolean isOpen() {
    return this == AWAITING_FIRST_ANSWER
        || this == CONNECTED
        || this == LEAVING
        || this == STOPPING;
  }
}
