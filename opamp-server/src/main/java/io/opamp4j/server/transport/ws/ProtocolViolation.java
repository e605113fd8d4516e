package io.opamp4j.server.transport.ws;

/**
 * Fired down the pipeline by {@link FrameGuard} and {@link FrameInflater} when the peer broke RFC
 * 6455, RFC 7692 or a limit. Nothing the peer sends afterwards is read.
 *
 * @param closeCode the WebSocket close code to answer with
 * @param reason in plain words
 */
record ProtocolViolation(int closeCode, String reason) {
  static final int PROTOCOL_ERROR = 1002;

  /**
   * For broken deflate data. The message cannot be answered as a malformed one: what is damaged is
   * the WebSocket, not OpAMP, and a peer that goes on with it would damage the next one too.
   */
  static final int INVALID_DATA = 1007;

  static final int TOO_BIG = 1009;
  static final int TRY_AGAIN_LATER = 1013;
}
