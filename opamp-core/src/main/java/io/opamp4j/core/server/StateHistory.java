package io.opamp4j.core.server;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The last changes of state of one agent, as an immutable value. Bounded. An agent that goes back
 * and forth between two states does not push out everything else: once it has been there and back,
 * the same change within {@link #FLAPPING} of the time before is counted with that one.
 *
 * @param most how many changes are kept; at least 2
 * @param changes oldest first, by the time each was seen last
 */
public record StateHistory(int most, List<Change> changes) {
  /** How soon after the last time a change is taken for a repetition. */
  public static final Duration FLAPPING = Duration.ofMinutes(5);

  private static final int LONGEST_REASON = 300;

  public StateHistory {
    changes = List.copyOf(changes);
    if (most < 2 || changes.size() > most) {
      throw new IllegalArgumentException(
          "%d changes of at most %d, which must be 2 or more".formatted(changes.size(), most));
    }
  }

  /**
   * A change of state.
   *
   * @param at when it was seen last
   * @param first when it was seen first; the same unless it repeated
   * @param times how often it was seen
   * @param from the state before
   * @param to the state after
   * @param reason in plain words, the last time; shortened if long
   */
  public record Change(
      Instant at,
      Instant first,
      int times,
      ConnectionState from,
      ConnectionState to,
      String reason) {
    public Change {
      requireNonNull(at, "at");
      requireNonNull(first, "first");
      requireNonNull(from, "from");
      requireNonNull(to, "to");
      if (reason.length() > LONGEST_REASON) {
        reason = reason.substring(0, LONGEST_REASON - 1) + "…";
      }
    }

    private boolean isBetween(ConnectionState from, ConnectionState to) {
      return this.from == from && this.to == to;
    }

    private Change again(Instant now, String why) {
      return new Change(now, first, times + 1, from, to, why);
    }
  }

  /** Nothing is known yet. */
  public static StateHistory ofLast(int most) {
    return new StateHistory(most, List.of());
  }

  /** With this change; the same if it is none. */
  public StateHistory with(ConnectionState from, AgentStatus to, Instant now) {
    if (from == to.state()) {
      return this;
    }
    List<Change> all = new ArrayList<>(changes);
    all.add(repeated(all, from, to, now));
    return new StateHistory(
        most, all.size() > most ? all.subList(all.size() - most, all.size()) : all);
  }

  /** Takes the change that this one repeats out of the list, if it does. */
  private static Change repeated(
      List<Change> all, ConnectionState from, AgentStatus to, Instant now) {
    int earlier = all.size() - 2;
    if (earlier >= 0
        && all.get(earlier).isBetween(from, to.state())
        && all.get(earlier + 1).isBetween(to.state(), from)
        && !now.isAfter(all.get(earlier).at().plus(FLAPPING))) {
      return all.remove(earlier).again(now, to.reason());
    }
    return new Change(now, now, 1, from, to.state(), to.reason());
  }
}
