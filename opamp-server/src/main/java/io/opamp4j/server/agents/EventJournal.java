package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * The latest events of all agents, in memory, each under a number that grows. The numbers go on
 * above those of the process before, so that a reader who kept one over a restart misses nothing
 * that came after it. Thread-safe.
 */
public final class EventJournal implements AgentListener {
  /** How many events are kept. */
  public static final int CAPACITY = 10_000;

  /** No process has more than a million events a second over its whole life. */
  private static final long NUMBERS_PER_MILLI = 1_000;

  // Guarded by itself.
  private final Deque<Entry> entries = new ArrayDeque<>();
  private long last;

  /**
   * One event.
   *
   * @param id its number
   * @param event what happened
   */
  public record Entry(long id, AgentEvent event) {}

  /**
   * What a reader gets.
   *
   * @param entries in the order of their numbers
   * @param last the number up to which the journal has been read, whatever was picked
   */
  public record Reading(List<Entry> entries, long last) {
    public Reading {
      entries = List.copyOf(entries);
    }
  }

  @Inject
  EventJournal(InstantSource clock) {
    last = clock.instant().toEpochMilli() * NUMBERS_PER_MILLI;
  }

  @Override
  public void happened(AgentEvent event) {
    synchronized (entries) {
      if (entries.size() == CAPACITY) {
        entries.removeFirst();
      }
      entries.addLast(new Entry(++last, event));
    }
  }

  /**
   * The first events above a number.
   *
   * @param agent only events of this agent; empty for all
   * @param limit the most to return, at least 1
   */
  public Reading after(long id, Optional<InstanceUid> agent, int limit) {
    synchronized (entries) {
      List<Entry> picked = new ArrayList<>();
      for (Entry entry : entries) {
        if (entry.id() > id && isOf(agent, entry)) {
          if (picked.size() == limit) {
            return new Reading(picked, picked.get(limit - 1).id());
          }
          picked.add(entry);
        }
      }
      return new Reading(picked, last);
    }
  }

  /** The last events; parameters as of {@link #after}. */
  public Reading latest(Optional<InstanceUid> agent, int limit) {
    synchronized (entries) {
      ArrayDeque<Entry> picked = new ArrayDeque<>();
      Iterator<Entry> fromTheEnd = entries.descendingIterator();
      while (fromTheEnd.hasNext() && picked.size() < limit) {
        Entry entry = fromTheEnd.next();
        if (isOf(agent, entry)) {
          picked.addFirst(entry);
        }
      }
      return new Reading(List.copyOf(picked), last);
    }
  }

  private static boolean isOf(Optional<InstanceUid> agent, Entry entry) {
    return agent.isEmpty() || agent.get().equals(entry.event().uid());
  }
}
