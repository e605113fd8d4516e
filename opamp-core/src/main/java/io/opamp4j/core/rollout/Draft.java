package io.opamp4j.core.rollout;

import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.rollout.RolloutEvent.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One step of the machine in the making. Confined to the call that makes it. */
final class Draft {
  private final Rollout before;
  private final Instant now;
  private final List<RolloutEvent> events = new ArrayList<>();
  private final Set<InstanceUid> retarget = new LinkedHashSet<>();
  private RolloutState state;
  private Roster roster;

  Draft(Rollout before, Instant now) {
    this.before = before;
    this.now = now;
    this.state = before.state();
    this.roster = before.roster();
  }

  Instant now() {
    return now;
  }

  RolloutState state() {
    return state;
  }

  Roster roster() {
    return roster;
  }

  void set(RolloutState other) {
    state = other;
  }

  void set(Front front) {
    state = state.with(front);
  }

  void put(Member member) {
    roster = roster.with(member);
  }

  void remove(Member member) {
    roster = roster.without(member);
  }

  void retarget(InstanceUid uid) {
    retarget.add(uid);
  }

  void tell(Kind kind, String text) {
    events.add(new RolloutEvent(now, kind, text));
  }

  /** The phase is another one, and that is news. */
  void enter(RolloutPhase phase, Kind kind, String reason) {
    state = state.with(new Standing(phase, reason, now));
    tell(kind, reason);
  }

  /** The agent counts as failed, once. */
  void fail(Member member, Failure failure) {
    InstanceUid uid = member.uid();
    roster = roster.with(member.with(Watch.FAILED));
    retarget.add(uid);
    if (state.faults().areFull()) {
      if (state.faults().retrying().contains(uid)) {
        state = state.with(state.faults().answered(uid));
      }
      return;
    }
    state = state.with(state.faults().noting(uid, failure));
    if (failure.kind().isError()) {
      events.add(
          new RolloutEvent(
              failure.at(), Kind.AGENT_FAILED, "agent %s %s".formatted(uid, failure.text())));
    }
  }

  /** Does what is due, until nothing is. */
  void advance() {
    if (state.phase() == RolloutPhase.ROLLING_BACK) {
      Backward.advance(this);
    } else if (!state.phase().isBackward()) {
      Judge.expire(this);
      Forward.advance(this);
    }
  }

  RolloutStep done() {
    return new RolloutStep(
        new Rollout(state, roster),
        !state.equals(before.state()),
        List.copyOf(retarget),
        events,
        wakeUp());
  }

  private Optional<Instant> wakeUp() {
    Instant first = roster.firstDue();
    Instant step = nextStep();
    Instant earliest = step.isAfter(now) && step.isBefore(first) ? step : first;
    return earliest.equals(Instant.MAX) ? Optional.empty() : Optional.of(earliest);
  }

  private Instant nextStep() {
    Front front = state.front();
    Duration pause =
        switch (state.phase()) {
          case RUNNING -> state.stage().pacing().interval();
          case ROLLING_BACK ->
              Backward.isReturned(front)
                  ? state.plan().resultDeadline()
                  : state.plan().rollBack().interval();
          default -> Duration.ZERO;
        };
    return pause.isZero() ? Instant.MAX : front.stepAt().plus(pause);
  }
}
