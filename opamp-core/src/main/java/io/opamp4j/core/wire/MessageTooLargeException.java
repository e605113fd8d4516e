package io.opamp4j.core.wire;

import java.util.OptionalLong;

/**
 * A message is larger than the limit. Received, it counts as malformed and has an answer of its
 * own: status 413 or close code 1009 (LIM-05, LIM-06, LIM-18); about to be sent, it must stay
 * unsent (LIM-11, LIM-25).
 */
public final class MessageTooLargeException extends MalformedMessageException {
  private static final long serialVersionUID = 1;
  private static final long UNKNOWN = -1;

  private final int limit;
  private final long size;

  /**
   * A message of known size.
   *
   * @param limit the largest size allowed, in bytes
   * @param size the size of the message, in bytes
   */
  public MessageTooLargeException(int limit, long size) {
    super("the message has " + size + " bytes; the limit is " + limit);
    this.limit = limit;
    this.size = size;
  }

  /**
   * A message that was given up at the limit, so that its size is not known.
   *
   * @param limit the largest size allowed, in bytes
   */
  public MessageTooLargeException(int limit) {
    super("the message is larger than the limit of " + limit + " bytes");
    this.limit = limit;
    this.size = UNKNOWN;
  }

  /** The largest size allowed, in bytes. */
  public int limit() {
    return limit;
  }

  /** The size of the message in bytes; empty if reading stopped at the limit. */
  public OptionalLong size() {
    return size == UNKNOWN ? OptionalLong.empty() : OptionalLong.of(size);
  }
}
