package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.core.InstanceUid;
import io.opamp4j.core.timing.Spread;
import java.util.HashSet;
import java.util.Set;

/**
 * All of a rollout that must outlive the process, and enough to say of any agent what it is to
 * have. Immutable.
 *
 * <p>It stays small whatever the size of the fleet, because it lists nobody who does what is
 * expected. Every agent has a place in the order of its stage, a number made from its uid and the
 * salt (so that neighbours in a rack are not hit together, and not the same agents first in every
 * rollout); a step raises one number, the cut, and whoever is not above it is released. What is
 * listed is bounded: failures ({@link Faults#MOST}) and the released that moved to a stage whose
 * turn has not come ({@link #MOST_KEPT}). What else the machine knows of agents it learns from them
 * again after a restart.
 *
 * <p>It follows that an agent that joins a stage is released at once if its place is among those
 * that are: of a stage with a tenth released, a tenth of the newcomers. It is judged like the
 * others.
 *
 * @param target the hash of the version that is rolled out; not empty
 * @param salt of the order
 * @param plan how it is to go
 * @param standing where it is and why
 * @param front how far it has come
 * @param faults who failed
 * @param kept agents that were released and then moved to a stage whose turn has not come; they
 *     keep the version
 */
public record RolloutState(
    ByteString target,
    long salt,
    RolloutPlan plan,
    Standing standing,
    Front front,
    Faults faults,
    Set<InstanceUid> kept) {
  /** How many agents that moved are remembered; more of them have what their new stage has. */
  public static final int MOST_KEPT = 1000;

  public RolloutState {
    requireNonNull(plan, "plan");
    requireNonNull(standing, "standing");
    requireNonNull(front, "front");
    requireNonNull(faults, "faults");
    kept = Set.copyOf(kept);
    if (target.isEmpty()) {
      throw new IllegalArgumentException("a rollout needs the hash of its version");
    }
    if (front.cuts().size() != plan.stages().size()) {
      throw new IllegalArgumentException(
          "%d cuts for %d stages".formatted(front.cuts().size(), plan.stages().size()));
    }
  }

  /** Which phase it is in. */
  public RolloutPhase phase() {
    return standing.phase();
  }

  /** The stage that is being worked on, or was last. */
  public Stage stage() {
    return plan.stages().get(front.stage());
  }

  /**
   * What an agent is to have. Needs nothing but this state and the agent, so every node of a server
   * comes to the same answer.
   *
   * <p>One that has the version without having been released, be it from a rollout that was
   * cancelled, is left with it until a roll back.
   *
   * @param stage the index of the first stage that wants it, or of the last stage
   */
  public Version versionFor(InstanceUid uid, int stage, Reported reported) {
    boolean released = isReleased(uid, stage);
    if (phase().isBackward()) {
      // Nobody gets the version any more; who has it gives it back when the turn comes.
      return released && reported == Reported.APPLIED ? Version.NEW : Version.OLD;
    }
    if (!released && reported != Reported.APPLIED) {
      return Version.OLD;
    }
    return reported == Reported.FAILED && !faults.retrying().contains(uid)
        ? Version.WITHHELD
        : Version.NEW;
  }

  /** Whether an agent had its turn and was not returned to the old version. */
  public boolean isReleased(InstanceUid uid, int stage) {
    return front.covers(stage, Spread.place(uid, salt)) || kept.contains(uid);
  }

  boolean isInStep(InstanceUid uid, int stage) {
    return front.isInStep(stage, Spread.place(uid, salt));
  }

  RolloutState with(Standing other) {
    return new RolloutState(target, salt, plan, other, front, faults, kept);
  }

  RolloutState with(Front other) {
    return new RolloutState(target, salt, plan, standing, other, faults, kept);
  }

  RolloutState with(Faults other) {
    return new RolloutState(target, salt, plan, standing, front, other, kept);
  }

  RolloutState keeping(InstanceUid uid) {
    if (kept.size() >= MOST_KEPT) {
      return this;
    }
    Set<InstanceUid> more = new HashSet<>(kept);
    more.add(uid);
    return new RolloutState(target, salt, plan, standing, front, faults, more);
  }

  RolloutState keepingNobody() {
    return new RolloutState(target, salt, plan, standing, front, faults, Set.of());
  }
}
