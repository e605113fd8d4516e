package io.opamp4j.server.agents;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.server.AgentEvent;
import jakarta.inject.Inject;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

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

  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  // Guarded by itself. Once it is full, the newest takes the place of the oldest.
  private final List<Entry> entries = new ArrayList<>();
  private final long beginning;
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

  /**
   * Some events that follow each other.
   *
   * @param entries the first above the number asked for, or if they are gone, the oldest there are
   * @param gap whether they do not follow on what was asked for: others were in between that are
   *     not kept any more, or the number is none of this journal's
   * @param last the number of the newest event of all
   */
  public record Piece(List<Entry> entries, boolean gap, long last) {
    public Piece {
      entries = List.copyOf(entries);
    }
  }

  /** An empty journal, whose numbers begin above those of any journal before. */
  @Inject
  public EventJournal(InstantSource clock) {
    beginning = clock.instant().toEpochMilli() * NUMBERS_PER_MILLI;
    last = beginning;
  }

  /** Calls the listener after each event from now on, on the thread of the event. */
  public void subscribe(Runnable listener) {
    listeners.add(listener);
  }

  /** The number of the newest event. */
  public long last() {
    synchronized (entries) {
      return last;
    }
  }

  /**
   * The events above a number, whatever they are about.
   *
   * @param limit the most to return, at least 1
   */
  public Piece read(long id, int limit) {
    synchronized (entries) {
      long gone = last - entries.size();
      boolean gap = id < gone || id > last;
      long from = gap ? gone : id;
      List<Entry> piece = new ArrayList<>();
      for (long next = from + 1; next <= last && piece.size() < limit; next++) {
        piece.add(entry(next));
      }
      return new Piece(piece, gap, last);
    }
  }

  @Override
  public void happened(AgentEvent event) {
    synchronized (entries) {
      Entry entry = new Entry(++last, event);
      if (entries.size() < CAPACITY) {
        entries.add(entry);
      } else {
        entries.set(index(last), entry);
      }
    }
    listeners.forEach(Runnable::run);
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
      for (long next = Math.max(id, last - entries.size()) + 1; next <= last; next++) {
        Entry entry = entry(next);
        if (isOf(agent, entry)) {
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
      Deque<Entry> picked = new ArrayDeque<>();
      long gone = last - entries.size();
      for (long next = last; next > gone && picked.size() < limit; next--) {
        Entry entry = entry(next);
        if (isOf(agent, entry)) {
          picked.addFirst(entry);
        }
      }
      return new Reading(List.copyOf(picked), last);
    }
  }

  private Entry entry(long id) {
    return entries.get(index(id));
  }

  private int index(long id) {
    return (int) ((id - beginning - 1) % CAPACITY);
  }

  private static boolean isOf(Optional<InstanceUid> agent, Entry entry) {
    return agent.isEmpty() || agent.get().equals(entry.event().uid());
  }
}
