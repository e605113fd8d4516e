package io.opamp4j.server.agents;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Memory for messages from agents that have not arrived whole or wait for work, shared by all
 * connections. Whoever keeps bytes of a message reserves them as they arrive and releases them when
 * they are worked on, dropped, or their connection ends; each byte reserved is released once.
 * Thread-safe, without locks.
 */
public final class MemoryBudget {
  private final long limit;
  private final AtomicLong used = new AtomicLong();

  /**
   * @param limit bytes that may be reserved at one time; more than zero
   */
  public MemoryBudget(long limit) {
    if (limit < 1) {
      throw new IllegalArgumentException("limit must be more than zero, not " + limit);
    }
    this.limit = limit;
  }

  /**
   * Reserves all of these bytes or, if they do not fit, none.
   *
   * @param bytes not negative
   * @return whether they are reserved
   */
  public boolean reserve(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("bytes must not be negative: " + bytes);
    }
    long before;
    do {
      before = used.get();
      if (bytes > limit - before) {
        return false;
      }
    } while (!used.compareAndSet(before, before + bytes));
    return true;
  }

  /** Gives back bytes that were reserved. */
  public void release(long bytes) {
    long left = used.addAndGet(-bytes);
    if (bytes < 0 || left < 0) {
      throw new IllegalStateException(bytes + " bytes released, " + left + " left");
    }
  }

  /** Bytes reserved now. */
  public long used() {
    return used.get();
  }

  /** Bytes that may be reserved at one time. */
  public long limit() {
    return limit;
  }
}
