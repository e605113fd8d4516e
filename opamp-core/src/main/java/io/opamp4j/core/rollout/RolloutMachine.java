package io.opamp4j.core.rollout;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.rollout.RolloutEvent.Kind;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * Moves a fleet from one version to another in steps: one method per input, each a pure function of
 * the rollout before and the input. Every input first does what has become due by its time, so it
 * makes no difference how often {@link #tick} is called; called late, things happen late.
 *
 * <p>The next step is due when its time has come and every agent of the running one has applied the
 * version and stayed healthy for the gate, or counts as failed without the errors being too many.
 * An agent fails when it reports FAILED, becomes unhealthy within the gate, or has no result by the
 * deadline; it counts once, whatever it says afterwards. What an agent says that was not given the
 * version is no error.
 *
 * <p>Agents that are not there are passed over and get the version when they come back, also after
 * the end. Two kinds are not passed over at once, but for the time of the deadline: one that was
 * given the version by the running step and went away before its result (it fails by the deadline),
 * and one that went away a moment ago. Otherwise the few seconds after a restart of the server, in
 * which nobody is connected, would complete every stage.
 *
 * <p>Agents that do not fit the version are left with what they have. Agents that join take part
 * where they belong.
 */
public final class RolloutMachine {
  private RolloutMachine() {}

  /**
   * Begins, with the first step at once.
   *
   * @param target the hash of the new version
   * @param salt of the order; another one for every rollout, so that not the same agents are first
   *     every time
   * @param agents all that the configuration is for, whether they are there or not
   * @param by who wants it
   */
  public static RolloutStep start(
      RolloutPlan plan,
      ByteString target,
      long salt,
      Collection<AgentView> agents,
      String by,
      Instant now) {
    Front front = Front.before(plan.stages().size(), now);
    String reason = "started by " + by;
    RolloutState state =
        new RolloutState(
            target,
            salt,
            plan,
            new Standing(RolloutPhase.RUNNING, reason, now),
            front,
            Faults.NONE,
            Set.of());
    Draft draft = new Draft(new Rollout(state, Roster.empty(salt, plan.stages().size())), now);
    for (AgentView agent : agents) {
      Judge.hear(draft, checked(agent, plan));
    }
    draft.tell(Kind.STARTED, reason);
    Forward.beginNextStage(draft, 0);
    draft.advance();
    return draft.done();
  }

  /**
   * Goes on with a state that was kept.
   *
   * @param agents all that the configuration is for; whoever is not there is expected back for the
   *     time of the deadline
   */
  public static RolloutStep restored(
      RolloutState state, Collection<AgentView> agents, Instant now) {
    Draft draft =
        new Draft(
            new Rollout(state, Roster.empty(state.salt(), state.plan().stages().size())), now);
    for (AgentView agent : agents) {
      Judge.recall(draft, checked(agent, state.plan()));
    }
    draft.advance();
    return draft.done();
  }

  /**
   * Goes on with a state that somebody else has made of this rollout, such as an operator at
   * another node. What was known of the agents stays known: no deadline and no gate begins anew.
   *
   * @param before as it was followed here; of the same version, plan and order
   */
  public static RolloutStep adopted(Rollout before, RolloutState state, Instant now) {
    if (state.salt() != before.state().salt() || !state.plan().equals(before.state().plan())) {
      throw new IllegalArgumentException("that is another rollout");
    }
    Draft draft = new Draft(new Rollout(state, before.roster()), now);
    for (Member member : before.roster().select(Tally::agents)) {
      Judge.reconsider(draft, member);
      if (member.view().connected()) {
        retargetIfChanged(draft, before.state(), member.view());
      }
    }
    draft.advance();
    return draft.done();
  }

  /**
   * What a state that was kept looks like with these agents, to those who only look: nothing is
   * decided, however late it is.
   *
   * @param agents all that the configuration is for
   */
  public static Rollout pictured(RolloutState state, Collection<AgentView> agents, Instant now) {
    Draft draft =
        new Draft(
            new Rollout(state, Roster.empty(state.salt(), state.plan().stages().size())), now);
    for (AgentView agent : agents) {
      Judge.recall(draft, checked(agent, state.plan()));
    }
    return new Rollout(state, draft.roster());
  }

  /** Time has passed. */
  public static RolloutStep tick(Rollout before, Instant now) {
    Draft draft = draft(before, now);
    return draft.done();
  }

  /** An agent is new, has said something, has come or gone, or is in another stage. */
  public static RolloutStep agentChanged(Rollout before, AgentView agent, Instant now) {
    Draft draft = draft(before, now);
    Judge.hear(draft, checked(agent, before.state().plan()));
    draft.advance();
    return draft.done();
  }

  /** The configuration is not for this agent any more, or the agent is forgotten. */
  public static RolloutStep agentLeft(Rollout before, InstanceUid uid, Instant now) {
    Draft draft = draft(before, now);
    Optional<Member> member = draft.roster().find(uid);
    member.ifPresent(draft::remove);
    draft.advance();
    return draft.done();
  }

  /**
   * Takes no more steps. Who was released stays released and is judged as before.
   *
   * @throws RolloutCommandException if the phase does not take it
   */
  public static RolloutStep pause(Rollout before, String by, String reason, Instant now) {
    Draft draft = command(before, RolloutCommand.PAUSE, now);
    draft.enter(
        RolloutPhase.PAUSED,
        Kind.PAUSED,
        "paused by " + by + (reason.isBlank() ? "" : ": " + reason));
    return draft.done();
  }

  /**
   * Goes on. The errors so far are put up with and count no more.
   *
   * @throws RolloutCommandException if the phase does not take it
   */
  public static RolloutStep resume(Rollout before, String by, Instant now) {
    Draft draft = command(before, RolloutCommand.RESUME, now);
    draft.set(draft.state().with(draft.state().faults().forgiving()));
    draft.enter(RolloutPhase.RUNNING, Kind.RESUMED, "resumed by " + by);
    draft.advance();
    return draft.done();
  }

  /**
   * Begins the next stage that has agents; ends if there is none any more.
   *
   * @throws RolloutCommandException if the phase does not take it
   */
  public static RolloutStep continueStage(Rollout before, String by, Instant now) {
    Draft draft = command(before, RolloutCommand.CONTINUE, now);
    draft.enter(RolloutPhase.RUNNING, Kind.CONTINUED, "continued by " + by);
    Forward.beginNextStage(draft, draft.state().front().stage() + 1);
    draft.advance();
    return draft.done();
  }

  /**
   * Lets the agents that failed try once more, those that had failed before their turn came
   * included. Changes no phase: one that is paused still has to be resumed.
   *
   * @throws RolloutCommandException if the phase does not take it
   */
  public static RolloutStep retryFailed(Rollout before, String by, Instant now) {
    Draft draft = command(before, RolloutCommand.RETRY_FAILED, now);
    int failed = draft.state().faults().failures().size();
    draft.tell(Kind.RETRIED, "%d agents get another chance, from %s".formatted(failed, by));
    Judge.retry(draft);
    draft.advance();
    return draft.done();
  }

  /**
   * Stops for good where it is: who was released has the new version and keeps it, everybody else
   * keeps the old one. To take the version back from anybody is what {@link #rollBack} is for,
   * which is still possible.
   *
   * @throws RolloutCommandException if the phase does not take it
   */
  public static RolloutStep cancel(Rollout before, String by, Instant now) {
    Draft draft = command(before, RolloutCommand.CANCEL, now);
    draft.enter(RolloutPhase.CANCELLED, Kind.CANCELLED, "cancelled by " + by);
    return draft.done();
  }

  /**
   * Returns every agent to the old version, at the plan's pace for it. Nothing stops that: an old
   * version that fails on some is still better than two versions in the fleet.
   *
   * @throws RolloutCommandException if the phase does not take it
   */
  public static RolloutStep rollBack(Rollout before, String by, Instant now) {
    Draft draft = command(before, RolloutCommand.ROLL_BACK, now);
    for (Member member : draft.roster().select(Tally::unsettled)) {
      draft.put(member.with(Watch.IDLE));
    }
    draft.set(draft.state().keepingNobody());
    draft.set(draft.state().front().turned(now));
    draft.enter(RolloutPhase.ROLLING_BACK, Kind.ROLLING_BACK, "rolled back by " + by);
    for (Member member : draft.roster().select(Tally::connected)) {
      retargetIfChanged(draft, before.state(), member.view());
    }
    draft.advance();
    return draft.done();
  }

  private static Draft draft(Rollout before, Instant now) {
    Draft draft = new Draft(before, now);
    draft.advance();
    return draft;
  }

  /** What became due before the command comes first; it may be that it makes it pointless. */
  private static Draft command(Rollout before, RolloutCommand command, Instant now) {
    Draft draft = draft(before, now);
    RolloutPhase phase = draft.state().phase();
    if (!command.isAllowedIn(phase)) {
      throw new RolloutCommandException(command, phase);
    }
    return draft;
  }

  private static void retargetIfChanged(Draft draft, RolloutState before, AgentView view) {
    Version old = before.versionFor(view.uid(), view.stage(), view.reported());
    if (draft.state().versionFor(view.uid(), view.stage(), view.reported()) != old) {
      draft.retarget(view.uid());
    }
  }

  private static AgentView checked(AgentView agent, RolloutPlan plan) {
    if (agent.stage() >= plan.stages().size()) {
      throw new IllegalArgumentException(
          "agent %s is in stage %d of %d"
              .formatted(agent.uid(), agent.stage(), plan.stages().size()));
    }
    return agent;
  }
}
