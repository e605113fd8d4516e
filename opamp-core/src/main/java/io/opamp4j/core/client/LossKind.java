package io.opamp4j.core.client;

/** Why there is no connection, told apart so that a person knows what to repair. */
public enum LossKind {
  /** The host name could not be resolved. */
  UNKNOWN_HOST,
  /** Nothing listens there, or the network does not lead there. */
  UNREACHABLE,
  /** The TLS handshake failed: certificate, protocol version or trust. */
  TLS,
  /** The server or the network was too slow, in connecting or in answering. */
  TIMEOUT,
  /** 401: credentials are missing or wrong. */
  UNAUTHORIZED,
  /** 403: the credentials are known and do not suffice. */
  FORBIDDEN,
  /** 429 or 503: come back later. */
  THROTTLED,
  /** 413 or Close 1009: the message is too large for the server. It is not sent again (LIM-19). */
  TOO_LARGE,
  /** 400: the server did not understand the request. It is not sent again (ERR-05). */
  BAD_REQUEST,
  /** Any other 4xx, such as 404 for a wrong path. */
  REJECTED,
  /** A 3xx, which is not followed (E-35). */
  REDIRECTED,
  /** Any other 5xx. */
  SERVER_ERROR,
  /** The server answered with error_response Unavailable (THROTTLE-03). */
  UNAVAILABLE,
  /** What the server sends cannot be read, or is over the limit (LIM-08, LIM-21). */
  MALFORMED,
  /** The server closed the connection in order. */
  CLOSED,
  /** The connection broke. */
  BROKEN
}
