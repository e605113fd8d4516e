package io.opamp4j.core.rollout;

import io.opamp4j.core.InstanceUid;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;

/**
 * A rollout with all its agents, as an immutable value. Only the {@link #state} needs keeping; the
 * rest is what agents have said, and is put together again with {@link RolloutMachine#restored}.
 */
public final class Rollout {
  private final RolloutState state;
  private final Roster roster;

  Rollout(RolloutState state, Roster roster) {
    this.state = state;
    this.roster = roster;
  }

  /** What is to be kept. */
  public RolloutState state() {
    return state;
  }

  Roster roster() {
    return roster;
  }

  /** How far each stage is, in their order. Once it is over, no gate is waited for. */
  public List<StageProgress> progress() {
    Roster shown = roster;
    if (state.phase().isOver()) {
      List<AgentView> views = roster.select(Tally::agents).stream().map(Member::view).toList();
      shown = RolloutMachine.pictured(state, views, state.standing().since()).roster;
    }
    List<StageProgress> progress = new ArrayList<>();
    for (int i = 0; i < state.plan().stages().size(); i++) {
      Line line = shown.line(i);
      progress.add(
          StageProgress.of(
              state.plan().stages().get(i).name(),
              line.tally(),
              line.tally(Front.NOBODY, state.front().cuts().get(i))));
    }
    return progress;
  }

  /** The agents that have the version and are well, in the order of their turn. */
  public List<InstanceUid> succeeded() {
    return uids(Tally::settled, member -> true);
  }

  /** The agents that the running step waits for, in the order of their turn. */
  public List<InstanceUid> awaited() {
    Predicate<Member> inStep = m -> state.isInStep(m.uid(), m.view().stage());
    return state.phase().isBackward() ? List.of() : uids(Tally::unsettled, inStep);
  }

  /** The agents that do not fit the version and are left alone. */
  public List<InstanceUid> incompatible() {
    return uids(Tally::incompatible, member -> true);
  }

  private List<InstanceUid> uids(ToIntFunction<Tally> of, Predicate<Member> also) {
    return roster.select(of).stream().filter(also).map(Member::uid).toList();
  }
}
