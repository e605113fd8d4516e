package io.opamp4j.core.rollout;

import io.opamp4j.core.rollout.RolloutEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The way to the new version: when the next step is due, and who takes part in it. */
final class Forward {
  private Forward() {}

  /** Pauses if there are too many errors; takes the next steps if they are due. */
  static void advance(Draft draft) {
    boolean goesOn = true;
    while (goesOn) {
      RolloutPhase phase = draft.state().phase();
      if ((phase == RolloutPhase.RUNNING || phase == RolloutPhase.WAITING)
          && failsTooOften(draft)) {
        return;
      }
      goesOn = phase == RolloutPhase.RUNNING && step(draft);
    }
  }

  /** Begins the next stage that has agents; those before it are passed over. */
  static void beginNextStage(Draft draft, int from) {
    int stages = draft.state().plan().stages().size();
    for (int i = from; i < stages; i++) {
      if (draft.roster().line(i).tally().agents() > 0) {
        draft.set(draft.state().front().begun(i, draft.now()));
        return;
      }
      draft.set(draft.state().front().completed(i));
    }
    finish(draft);
  }

  /** The agents that the next step of a stage would reach and that make use of it. */
  static List<Member> nextTurn(Line line, long cut, int size, RolloutState state) {
    List<Member> turn = new ArrayList<>();
    line.visit(
        cut,
        Tally::turns,
        member -> {
          if (!state.kept().contains(member.uid())) {
            turn.add(member);
          }
          return turn.size() < size;
        });
    return turn;
  }

  private static boolean failsTooOften(Draft draft) {
    RolloutState state = draft.state();
    Faults faults = state.faults();
    long given = state.front().given();
    ErrorLimit limit = state.plan().errorLimit();
    // Counting takes long when there are many, and mostly there is no need for it.
    if (!faults.areFull()
        && (!limit.isReachedBy(faults.failures().size() - faults.forgiven(), given)
            || !limit.isReachedBy(faults.errors() - faults.forgiven(), given))) {
      return false;
    }
    String last = "";
    for (Map.Entry<?, Failure> each : faults.failures().entrySet()) {
      if (each.getValue().kind().isError()) {
        last = "; the last: agent %s %s".formatted(each.getKey(), each.getValue().text());
      }
    }
    draft.enter(
        RolloutPhase.PAUSED,
        Kind.PAUSED,
        "%d of %d agents failed, and the limit is %s%s"
            .formatted(faults.errors() - faults.forgiven(), given, limit, last));
    return true;
  }

  /**
   * @return whether there may be more to do
   */
  private static boolean step(Draft draft) {
    RolloutState state = draft.state();
    Front front = state.front();
    if (front.isComplete()) {
      return completed(draft);
    }
    Line line = draft.roster().line(front.stage());
    if (line.tally(front.stepFrom(), front.cut()).unsettled() > 0) {
      return false;
    }
    Pacing pacing = state.stage().pacing();
    List<Member> turn = nextTurn(line, front.cut(), pacing.size(front.steps()), state);
    if (turn.isEmpty()) {
      draft.set(front.completed(front.stage()));
      Judge.release(draft, front.stage(), front.cut(), Front.EVERYBODY);
      return completed(draft);
    }
    long given = turn.stream().filter(member -> member.view().isDue()).count();
    boolean tooEarly =
        front.steps() > 0 && draft.now().isBefore(front.stepAt().plus(pacing.interval()));
    if (given == 0 || tooEarly) {
      // Nobody is there yet, or it is not time yet.
      return false;
    }
    long to = turn.get(turn.size() - 1).place();
    draft.set(front.stepped(to, given, draft.now()));
    draft.tell(
        Kind.STEP,
        "step %d of stage %s gives the version to %d agents"
            .formatted(front.steps() + 1, state.stage().name(), given));
    Judge.release(draft, front.stage(), front.cut(), to);
    return true;
  }

  private static boolean completed(Draft draft) {
    RolloutState state = draft.state();
    int next = state.front().stage() + 1;
    while (next < state.plan().stages().size() && draft.roster().line(next).tally().agents() == 0) {
      next++;
    }
    if (next == state.plan().stages().size()) {
      beginNextStage(draft, state.front().stage() + 1);
      return false;
    }
    draft.enter(
        RolloutPhase.WAITING,
        Kind.WAITING,
        "stage %s is complete; stage %s with %d agents waits to be continued with"
            .formatted(
                state.stage().name(),
                state.plan().stages().get(next).name(),
                draft.roster().line(next).tally().agents()));
    return false;
  }

  private static void finish(Draft draft) {
    Faults faults = draft.state().faults();
    long errors = faults.errors();
    draft.enter(
        RolloutPhase.DONE,
        Kind.DONE,
        errors == 0
            ? "every stage is complete"
            : "every stage is complete; %d agents failed".formatted(errors));
  }
}
