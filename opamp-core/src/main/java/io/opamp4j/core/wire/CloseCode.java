package io.opamp4j.core.wire;

/** The codes of WebSocket Close frames that OpAMP peers use (RFC 6455, 7.4.1, and IANA's list). */
public final class CloseCode {
  /** The endpoint ends, or the agent is to go on elsewhere. */
  public static final int GOING_AWAY = 1001;

  /** The peer broke RFC 6455. */
  public static final int PROTOCOL_ERROR = 1002;

  /** The peer sends what is not understood. */
  public static final int CANNOT_ACCEPT = 1003;

  /** The data of a message are damaged below what OpAMP could answer. */
  public static final int INVALID_DATA = 1007;

  /** A message is beyond the limit (LIM-06). */
  public static final int TOO_BIG = 1009;

  /** The endpoint failed. */
  public static final int INTERNAL_ERROR = 1011;

  /** There is no room now. */
  public static final int TRY_AGAIN_LATER = 1013;

  private CloseCode() {}
}
