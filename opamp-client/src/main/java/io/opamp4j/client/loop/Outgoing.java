package io.opamp4j.client.loop;

import io.opamp4j.proto.CustomMessage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Custom messages that wait to be sent, bounded by count and by bytes. For any thread. */
final class Outgoing {
  private static final int MESSAGES = 64;

  private final Object lock = new Object();
  private final Deque<CustomMessage> waiting = new ArrayDeque<>();
  private final int mostBytes;
  private long bytes;

  Outgoing(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  /**
   * @return false if there is no room
   */
  boolean offer(CustomMessage message) {
    synchronized (lock) {
      boolean full = waiting.size() >= MESSAGES || bytes + message.getSerializedSize() > mostBytes;
      if (full && !waiting.isEmpty()) {
        return false;
      }
      bytes += message.getSerializedSize();
      waiting.add(message);
      return true;
    }
  }

  Optional<CustomMessage> poll() {
    synchronized (lock) {
      Optional<CustomMessage> next = Optional.ofNullable(waiting.poll());
      bytes -= next.map(CustomMessage::getSerializedSize).orElse(0);
      return next;
    }
  }
}
