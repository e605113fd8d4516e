package io.opamp4j.server.fleet;

import io.opamp4j.core.rollout.RolloutEvent;
import io.opamp4j.core.rollout.RolloutEvent.Kind;
import io.opamp4j.core.rollout.StageProgress;
import io.opamp4j.core.rollout.Trait;
import java.util.ArrayList;
import java.util.List;

/**
 * What is told of a rollout beside its state, as of when it was last written. It is kept so that
 * every node tells the same, and so that a rollout that is over does not change with the fleet.
 *
 * @param events what happened, the oldest first; at most {@link #MOST_EVENTS}
 * @param progress of each stage when it ended; empty while it is on its way
 * @param traits what the failing agents had in common when it last stood still; empty before it did
 *     or if nothing stood out
 */
public record RolloutChronicle(
    List<RolloutEvent> events, List<StageProgress> progress, List<Trait> traits) {
  /** Of more events, failures of single agents are let go first: they are told elsewhere, too. */
  public static final int MOST_EVENTS = 200;

  static final RolloutChronicle EMPTY = new RolloutChronicle(List.of(), List.of(), List.of());

  public RolloutChronicle {
    events = List.copyOf(events);
    progress = List.copyOf(progress);
    traits = List.copyOf(traits);
  }

  RolloutChronicle with(List<RolloutEvent> happened) {
    List<RolloutEvent> all = new ArrayList<>(events);
    all.addAll(happened);
    int surplus = Math.max(0, all.size() - MOST_EVENTS);
    List<RolloutEvent> failures =
        all.stream().filter(event -> event.kind() == Kind.AGENT_FAILED).limit(surplus).toList();
    all.removeAll(failures);
    List<RolloutEvent> latest = all.subList(Math.max(0, all.size() - MOST_EVENTS), all.size());
    return new RolloutChronicle(latest, progress, traits);
  }

  RolloutChronicle with(List<StageProgress> numbers, List<Trait> inCommon) {
    return new RolloutChronicle(events, numbers, inCommon);
  }
}
