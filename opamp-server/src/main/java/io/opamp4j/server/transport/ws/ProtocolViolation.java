package io.opamp4j.server.transport.ws;

/**
 * Fired down the pipeline by {@link FrameGuard} and {@link FrameInflater} when the peer broke RFC
 * 6455, RFC 7692 or a limit. Nothing the peer sends afterwards is read.
 *
 * @param closeCode the WebSocket close code to answer with
 * @param reason in plain words
 */
record ProtocolViolation(int closeCode, String reason) {}
