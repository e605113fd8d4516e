package io.opamp4j.core.rollout;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.rollout.Watch.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides what news of an agent, or the lack of it, means for a rollout. */
final class Judge {
  private Judge() {}

  /** Something was heard of an agent. */
  static void hear(Draft draft, AgentView view) {
    Optional<Member> known = draft.roster().find(view.uid());
    if (known.isPresent() && known.get().view().equals(view)) {
      return;
    }
    known.ifPresent(old -> move(draft, old, view));
    Watch before = known.map(Member::watch).orElse(Watch.IDLE);
    boolean left = known.isPresent() && known.get().view().connected() && !view.connected();
    judge(draft, draft.roster().member(view, before), left);
  }

  /** What is known of an agent after a restart; one that is away is expected back at first. */
  static void recall(Draft draft, AgentView view) {
    judge(draft, draft.roster().member(view, Watch.IDLE), !view.connected());
  }

  /** The state is another one; what is expected of an agent may be, too. */
  static void reconsider(Draft draft, Member member) {
    judge(draft, member, false);
  }

  /** The watches that have ended. */
  static void expire(Draft draft) {
    for (Member member : draft.roster().dueBy(draft.now())) {
      switch (member.watch().kind()) {
        case MISSED -> draft.put(member.with(Watch.IDLE));
        case PROVING -> draft.put(member.with(Watch.SETTLED));
        default ->
            draft.fail(
                member,
                new Failure(
                    Failure.Kind.NO_RESULT,
                    member.watch().due(),
                    noResult(member.view(), draft.state().plan().resultDeadline())));
      }
    }
  }

  /** A stage's places above {@code from} up to {@code to} have their turn. */
  static void release(Draft draft, int stage, long from, long to) {
    List<Member> reached = new ArrayList<>();
    draft
        .roster()
        .line(stage)
        .visit(
            from,
            tally -> tally.connected() + tally.reporting(),
            member ->
                Long.compareUnsigned(member.place(), to) <= 0
                    && (draft.state().kept().contains(member.uid()) || reached.add(member)));
    for (Member member : reached) {
      switch (member.view().reported()) {
        case FAILED ->
            draft.fail(
                member,
                new Failure(Failure.Kind.EARLIER, draft.now(), "had failed before its turn came"));
        case APPLIED -> draft.put(member.with(Watch.SETTLED));
        case OTHER -> {
          if (member.view().isDue()) {
            draft.put(member.with(Watch.awaited(draft.state().plan(), draft.now())));
          }
          // One that does not fit is not offered anything, but is to be shown as such.
          draft.retarget(member.uid());
        }
      }
    }
  }

  /** The failed have a new chance. */
  static void retry(Draft draft) {
    Faults faults = draft.state().faults();
    List<InstanceUid> lastWordIsFailed =
        faults.failures().keySet().stream()
            .filter(
                uid ->
                    draft
                        .roster()
                        .find(uid)
                        .filter(member -> member.view().reported() == Reported.FAILED)
                        .isPresent())
            .toList();
    draft.set(draft.state().with(faults.retrying(lastWordIsFailed)));
    for (Member member : draft.roster().select(Tally::failed)) {
      boolean there = member.view().connected();
      Watch fresh = there ? Watch.awaited(draft.state().plan(), draft.now()) : Watch.IDLE;
      judge(draft, member.with(fresh), false);
      if (faults.failures().containsKey(member.uid())) {
        draft.retarget(member.uid());
      }
    }
  }

  private static void move(Draft draft, Member old, AgentView view) {
    int from = old.view().stage();
    if (from == view.stage()) {
      return;
    }
    draft.remove(old);
    RolloutState state = draft.state();
    if (!state.phase().isBackward()
        && state.isReleased(view.uid(), from)
        && !state.isReleased(view.uid(), view.stage())) {
      draft.set(state.keeping(view.uid()));
    }
  }

  /**
   * Decides what is expected of an agent from now on.
   *
   * @param member with the new view and the watch from before
   * @param missed whether it is away and was there a moment ago
   */
  private static void judge(Draft draft, Member member, boolean missed) {
    RolloutState state = draft.state();
    AgentView view = member.view();
    if (view.reported() != Reported.FAILED && state.faults().retrying().contains(view.uid())) {
      state = state.with(state.faults().answered(view.uid()));
      draft.set(state);
    }
    if (state.phase().isBackward()) {
      draft.put(member.with(Watch.IDLE));
    } else if (state.faults().failures().containsKey(view.uid())) {
      draft.put(member.with(Watch.FAILED));
    } else if (!view.compatible()) {
      draft.put(member.with(Watch.IDLE));
    } else if (!view.connected()) {
      draft.put(member.with(absent(draft, member, missed)));
    } else if (!state.isReleased(view.uid(), view.stage())) {
      draft.put(member.with(Watch.IDLE));
    } else {
      judgePresent(draft, member);
    }
  }

  private static void judgePresent(Draft draft, Member member) {
    AgentView view = member.view();
    switch (view.reported()) {
      case OTHER -> draft.put(member.with(awaited(draft, member.watch())));
      case FAILED -> {
        if (draft.state().faults().retrying().contains(view.uid())) {
          draft.put(member.with(awaited(draft, member.watch())));
        } else {
          fail(draft, member, Failure.Kind.REPORTED, "failed", view.error());
        }
      }
      case APPLIED -> {
        if (!view.healthy() && member.watch().is(Kind.PROVING)) {
          fail(draft, member, Failure.Kind.UNHEALTHY, "became unhealthy", view.error());
        } else {
          draft.put(member.with(applied(draft, member)));
        }
      }
    }
  }

  private static Watch awaited(Draft draft, Watch before) {
    RolloutPlan plan = draft.state().plan();
    return switch (before.kind()) {
      case AWAITED -> before;
      case PROVING -> before.awaitedAgain(plan);
      default -> Watch.awaited(plan, draft.now());
    };
  }

  private static Watch applied(Draft draft, Member member) {
    Watch before = member.watch();
    RolloutPlan plan = draft.state().plan();
    boolean healthy = member.view().healthy();
    return switch (before.kind()) {
      case SETTLED, PROVING -> before;
      case AWAITED -> healthy ? Watch.proving(plan, before.since(), draft.now()) : before;
      default -> {
        // Nobody saw it take the version. Long ago, unless the running step has just given it.
        if (!draft.state().isInStep(member.uid(), member.view().stage())) {
          yield Watch.SETTLED;
        }
        yield healthy
            ? Watch.proving(plan, draft.now(), draft.now())
            : Watch.awaited(plan, draft.now());
      }
    };
  }

  /**
   * One that was given the version by the running step and went away without a result is waited
   * for: a version that cuts agents off must not pass for a fleet of absent ones. Of the others,
   * those that had no turn yet are expected back for a while, so that a moment's interruption does
   * not cost them their place.
   */
  private static Watch absent(Draft draft, Member member, boolean missed) {
    RolloutState state = draft.state();
    Watch before = member.watch();
    boolean inStep = state.isInStep(member.uid(), member.view().stage());
    boolean hadTurn = state.isReleased(member.uid(), member.view().stage());
    return switch (before.kind()) {
      case SETTLED, MISSED -> before;
      case AWAITED -> inStep ? before : Watch.IDLE;
      case PROVING -> inStep ? before.awaitedAgain(state.plan()) : Watch.IDLE;
      default ->
          missed && !state.phase().isOver() && (inStep || !hadTurn)
              ? Watch.missed(state.plan(), draft.now())
              : Watch.IDLE;
    };
  }

  private static void fail(
      Draft draft, Member member, Failure.Kind kind, String what, String error) {
    String text = error.isBlank() ? what : what + ": " + error;
    draft.fail(member, new Failure(kind, draft.now(), text));
  }

  private static String noResult(AgentView view, Duration deadline) {
    String time = Durations.text(deadline);
    if (!view.connected()) {
      return "went away and gave no result within " + time;
    }
    String what =
        switch (view.reported()) {
          case OTHER -> "gave no result within " + time;
          case APPLIED -> "was not healthy within " + time;
          case FAILED -> "said no more than that it had failed within " + time;
        };
    return view.error().isBlank() ? what : what + ": " + view.error();
  }
}
