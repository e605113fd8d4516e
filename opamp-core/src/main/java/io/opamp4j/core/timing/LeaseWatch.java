package io.opamp4j.core.timing;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which leases of others still run, as seen by one observer. Clocks of different machines are never
 * compared: a holder renews by writing a new version of its lease, and the observer measures on its
 * own clock for how long it has been seeing the same one. A lease that is no longer there is one
 * that is not renewed. Immutable.
 *
 * <p>Only time in which the observer looked counts. After a gap, such as an outage of the store in
 * which nobody could renew, every lease that ran before gets its whole time again.
 *
 * @param times how long leases last
 * @param sightings what was seen, by the name of the lease
 * @param lastLook when the observer looked last
 */
public record LeaseWatch(LeaseTimes times, Map<String, Sighting> sightings, Instant lastLook) {
  public LeaseWatch {
    requireNonNull(times, "times");
    sightings = Map.copyOf(sightings);
    requireNonNull(lastLook, "lastLook");
  }

  /**
   * One lease as it was seen last.
   *
   * @param version of the lease
   * @param since from when on that version counts
   * @param there whether it is still stored
   */
  public record Sighting(long version, Instant since, boolean there) {}

  /** Nothing was seen yet. */
  public static LeaseWatch of(LeaseTimes times) {
    return new LeaseWatch(times, Map.of(), Instant.MIN);
  }

  /**
   * The observer has looked.
   *
   * @param versions every lease there is, by name
   * @param now on the observer's clock
   */
  public LeaseWatch looked(Map<String, Long> versions, Instant now) {
    boolean gap =
        sightings.isEmpty()
            || now.isBefore(lastLook)
            || Duration.between(lastLook, now).compareTo(times.longestGap()) > 0;
    Map<String, Sighting> seen = new HashMap<>();
    Set<String> names = new HashSet<>(sightings.keySet());
    names.addAll(versions.keySet());
    for (String name : names) {
      Sighting before = sightings.get(name);
      Long version = versions.get(name);
      if (before == null) {
        // Named by the versions, or it would have been seen before.
        seen.put(name, new Sighting(requireNonNull(version, name), now, true));
        continue;
      }
      boolean renewed = version != null && version != before.version();
      Instant since = renewed || (gap && isAlive(name)) ? now : before.since();
      Sighting next =
          new Sighting(version == null ? before.version() : version, since, version != null);
      if (next.there() || runs(next, now)) {
        seen.put(name, next);
      }
    }
    return new LeaseWatch(times, seen, now);
  }

  /** Whether the lease was seen, and is still stored or still runs. */
  public boolean isKnown(String name) {
    return sightings.containsKey(name);
  }

  /** Whether the lease ran when the observer looked last; no for one never seen. */
  public boolean isAlive(String name) {
    Sighting sighting = sightings.get(name);
    return sighting != null && runs(sighting, lastLook);
  }

  /** When the present version of the lease was first seen. */
  public Optional<Instant> since(String name) {
    return Optional.ofNullable(sightings.get(name)).map(Sighting::since);
  }

  private boolean runs(Sighting sighting, Instant at) {
    return at.isBefore(sighting.since().plus(times.patience()));
  }
}
