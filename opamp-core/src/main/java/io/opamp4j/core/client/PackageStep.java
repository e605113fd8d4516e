package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.PackageMemory;
import io.opamp4j.proto.PackageStatuses;
import java.time.Instant;
import java.util.Optional;

/**
 * What follows from one input about packages. The caller carries it out from top to bottom.
 *
 * @param state replaces the state the input was given with
 * @param save replaces what was kept for a restart, before anything of this step reaches the world;
 *     empty if that has not changed
 * @param statuses all there is to tell the server (PKG-21)
 * @param abandon whether to give up the task under way; its end is still to be told
 * @param start what to do next; none is under way at this point
 * @param wakeUp when to call {@link PackageMachine#wokeUp} unless another step comes first; it
 *     replaces any earlier one
 */
public record PackageStep(
    PackageState state,
    Optional<PackageMemory> save,
    PackageStatuses statuses,
    boolean abandon,
    Optional<PackageTask> start,
    Optional<Instant> wakeUp) {

  public PackageStep {
    requireNonNull(state, "state");
    requireNonNull(save, "save");
    requireNonNull(statuses, "statuses");
    requireNonNull(start, "start");
    requireNonNull(wakeUp, "wakeUp");
  }
}
