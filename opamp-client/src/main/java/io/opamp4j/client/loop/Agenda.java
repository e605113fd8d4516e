package io.opamp4j.client.loop;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/** What is to be done when its time has come. For any thread. */
final class Agenda {
  private final Object lock = new Object();
  private final PriorityQueue<Entry> entries = new PriorityQueue<>();

  private record Entry(Instant at, Runnable action) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      return at.compareTo(other.at);
    }
  }

  void add(Instant at, Runnable action) {
    synchronized (lock) {
      entries.add(new Entry(at, action));
    }
  }

  Optional<Instant> next() {
    synchronized (lock) {
      return Optional.ofNullable(entries.peek()).map(Entry::at);
    }
  }

  /** Takes out what is due. */
  List<Runnable> due(Instant now) {
    List<Runnable> due = new ArrayList<>();
    synchronized (lock) {
      for (Entry next = entries.peek();
          next != null && !now.isBefore(next.at());
          next = entries.peek()) {
        due.add(next.action());
        entries.remove();
      }
    }
    return due;
  }
}
