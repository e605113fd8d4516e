package io.opamp4j.core.rollout;

import io.opamp4j.core.rollout.RolloutEvent.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The way back to the old version: the last stage first, and in it the last agents first. Steps go
 * by time alone, and no error stops them. What they count is the agents that hold the version; the
 * others have nothing to return, and have the old version wanted for them from the beginning.
 */
final class Backward {
  private Backward() {}

  /** Whether everybody is to have the old version again. */
  static boolean isReturned(Front front) {
    return front.cuts().stream().allMatch(cut -> cut == Front.NOBODY);
  }

  static void advance(Draft draft) {
    RolloutState state = draft.state();
    Front front = state.front();
    if (!isReturned(front)) {
      Instant next = front.stepAt().plus(state.plan().rollBack().interval());
      if (front.steps() == 0 || !draft.now().isBefore(next)) {
        step(draft);
      }
    }
    if (isReturned(draft.state().front())) {
      end(draft);
    }
  }

  private static void step(Draft draft) {
    Front front = draft.state().front();
    List<Long> cuts = new ArrayList<>(front.cuts());
    int size = draft.state().plan().rollBack().size(front.steps());
    int rest = size;
    for (int stage = cuts.size() - 1; stage >= 0; stage--) {
      long cut = cuts.get(stage);
      Line line = draft.roster().line(stage);
      int holding = line.tally(Front.NOBODY, cut).holding();
      long to = holding > rest ? line.placeOf(holding - rest, Tally::holding) : Front.NOBODY;
      cuts.set(stage, to);
      retarget(draft, line, to, cut);
      if (holding > rest) {
        rest = 0;
        break;
      }
      rest -= holding;
    }
    draft.set(front.lowered(cuts, draft.now()));
    draft.tell(
        Kind.STEP,
        "step %d returns %d agents to the old version".formatted(front.steps() + 1, size - rest));
  }

  private static void retarget(Draft draft, Line line, long from, long to) {
    line.visit(
        from,
        Tally::holding,
        member -> {
          boolean released = Long.compareUnsigned(member.place(), to) <= 0;
          if (released) {
            draft.retarget(member.uid());
          }
          return released;
        });
  }

  private static void end(Draft draft) {
    RolloutState state = draft.state();
    int holding = draft.roster().tally().holding();
    Instant deadline = state.front().stepAt().plus(state.plan().resultDeadline());
    if (holding > 0 && draft.now().isBefore(deadline)) {
      return;
    }
    draft.enter(
        RolloutPhase.ROLLED_BACK,
        Kind.ROLLED_BACK,
        holding == 0
            ? "every agent that is there has left the version"
            : "%d agents have not confirmed that they left the version".formatted(holding));
  }
}
