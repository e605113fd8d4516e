package io.opamp4j.server.transport.ws;

/**
 * Fired down the pipeline by {@link FrameGuard} when the peer broke RFC 6455 or a limit. Nothing
 * the peer sends afterwards is read.
 *
 * @param closeCode the WebSocket close code to answer with
 * @param reason in plain words
 */
record ProtocolViolation(int closeCode, String reason) {
  static final int PROTOCOL_ERROR = 1002;
  static final int TOO_BIG = 1009;
}
