package io.opamp4j.core.client;

/** Who may speak when. */
public enum Duplex {
  /** WebSocket: either side may speak at any time (WS-08). */
  FULL,
  /** Plain HTTP: one request in flight, the server speaks only in the answer (HTTP-08). */
  HALF
}
