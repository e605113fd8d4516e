package io.opamp4j.core.timing;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Knows which of many peers have been silent too long, without a timer for each. Hearing from a
 * peer costs one write to a map; the queue of deadlines is put right by the sweep, and only for
 * peers whose old deadline has come. A sweep therefore costs O(log n) for each of those and nothing
 * for the others.
 *
 * <p>Threads: {@link #touched} and {@link #forget} may be called from any thread at any time.
 * {@link #overdue} belongs to one thread, the sweeper. Memory follows the number of keys watched,
 * however often they come and go.
 *
 * @param <K> what names a peer; usable as a key of a hash map
 */
public final class HeartbeatMonitor<K> {
  private static final int SLACK = 64;

  /** The truth, written by any thread. */
  private final Map<K, Instant> deadlines = new ConcurrentHashMap<>();

  /**
   * Keys that may have no place in the queue, or one that is too late. Invariant: the place of a
   * key in the queue is never later than its deadline unless the key is in here, or its writer has
   * not yet returned.
   */
  private final Set<K> unplaced = ConcurrentHashMap.newKeySet();

  /** The sweeper's own: one place for each key, and some that are out of date. */
  private final PriorityQueue<Place<K>> queue =
      new PriorityQueue<>(Comparator.comparing((Place<K> place) -> place.at()));

  /** The sweeper's own: where in the queue a key really stands. */
  private final Map<K, Instant> placedAt = new HashMap<>();

  /**
   * Says that a peer was heard and must be heard again before the deadline. A later call replaces
   * the deadline, be it later or earlier.
   */
  public void touched(K key, Instant deadline) {
    requireNonNull(deadline, "deadline");
    Instant before = deadlines.put(key, deadline);
    if (before == null || deadline.isBefore(before)) {
      unplaced.add(key);
    }
  }

  /** Stops watching a peer; nothing happens if it is not watched. */
  public void forget(K key) {
    // In this order: whoever touches the key after its removal below puts it in here again.
    unplaced.remove(key);
    deadlines.remove(key);
  }

  /** How many peers are watched. */
  public int size() {
    return deadlines.size();
  }

  /**
   * The peers whose deadline is now or earlier, earliest first. Each is reported once and then
   * forgotten, until it is touched again.
   */
  public List<K> overdue(Instant now) {
    placeArrivals();
    List<K> overdue = new ArrayList<>();
    for (Place<K> first = queue.peek();
        first != null && !first.at().isAfter(now);
        first = queue.peek()) {
      queue.remove();
      if (first.at().equals(placedAt.get(first.key()))) {
        placedAt.remove(first.key());
        if (expired(first.key(), now)) {
          overdue.add(first.key());
        }
      }
    }
    dropStalePlaces();
    return overdue;
  }

  /** How many entries are kept besides the deadlines; the sweeper's own, for tests of the bound. */
  int places() {
    return queue.size() + placedAt.size() + unplaced.size();
  }

  private void placeArrivals() {
    for (Iterator<K> keys = unplaced.iterator(); keys.hasNext(); ) {
      K key = keys.next();
      // Removed before the deadline is read, so that a change in between brings the key back.
      keys.remove();
      Instant deadline = deadlines.get(key);
      Instant place = placedAt.get(key);
      if (deadline != null && (place == null || deadline.isBefore(place))) {
        place(key, deadline);
      }
    }
  }

  /** Whether the deadline of a key has come. If so the key is forgotten, if not it is placed. */
  private boolean expired(K key, Instant now) {
    while (true) {
      Instant deadline = deadlines.get(key);
      if (deadline == null) {
        return false;
      }
      if (deadline.isAfter(now)) {
        place(key, deadline);
        return false;
      }
      if (deadlines.remove(key, deadline)) {
        return true;
      }
    }
  }

  private void place(K key, Instant at) {
    placedAt.put(key, at);
    queue.add(new Place<>(key, at));
  }

  /**
   * Keeps the queue within twice the number of keys; each run is paid for by the places it drops.
   */
  private void dropStalePlaces() {
    if (queue.size() > 2 * deadlines.size() + SLACK) {
      placedAt.keySet().retainAll(deadlines.keySet());
      queue.clear();
      placedAt.forEach((key, at) -> queue.add(new Place<>(key, at)));
    }
  }

  private record Place<K>(K key, Instant at) {}
}
