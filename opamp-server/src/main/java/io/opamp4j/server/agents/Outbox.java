package io.opamp4j.server.agents;

import io.opamp4j.core.server.OneShot;
import io.opamp4j.proto.CustomMessage;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * Custom messages that wait for an agent: over a socket for a moment, over HTTP for the next polls.
 * Lives in memory and is for the agent as it is connected now. Thread-safe.
 */
final class Outbox {
  /** What may wait. */
  static final int CAPACITY = 16;

  // Guarded by itself. Few agents ever need it, so it is small at first.
  private final ArrayDeque<OneShot> waiting = new ArrayDeque<>(1);

  /**
   * @return false if there is no room
   */
  boolean offer(CustomMessage message) {
    synchronized (waiting) {
      return waiting.size() < CAPACITY
          && waiting.offer(new OneShot.Custom(Optional.empty(), message));
    }
  }

  /** The oldest, taken out. */
  Optional<OneShot> poll() {
    synchronized (waiting) {
      return Optional.ofNullable(waiting.poll());
    }
  }

  /** One that was taken out and could not be sent waits again, before all others. */
  void giveBack(OneShot message) {
    synchronized (waiting) {
      waiting.addFirst(message);
    }
  }

  void clear() {
    synchronized (waiting) {
      waiting.clear();
    }
  }
}
