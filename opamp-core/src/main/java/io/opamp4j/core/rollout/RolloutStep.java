package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.InstanceUid;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an input to a rollout results in.
 *
 * @param rollout as it is now
 * @param durable whether its state is another one and must be kept before anything is sent
 * @param retarget the connected agents for which {@link RolloutState#versionFor} may say something
 *     new, or that are to be offered the same once more; those that an agent's own news concern (it
 *     came, it moved) are not among them
 * @param events what an operator may want to know of, in order
 * @param wakeUp when a tick is due next; empty if nothing waits for time to pass
 */
public record RolloutStep(
    Rollout rollout,
    boolean durable,
    List<InstanceUid> retarget,
    List<RolloutEvent> events,
    Optional<Instant> wakeUp) {
  public RolloutStep {
    requireNonNull(rollout, "rollout");
    retarget = List.copyOf(retarget);
    events = List.copyOf(events);
    requireNonNull(wakeUp, "wakeUp");
  }

  /** What is to be kept. */
  public RolloutState state() {
    return rollout.state();
  }
}
