package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import io.opamp4j.proto.HeldPackage;
import io.opamp4j.proto.PackageAvailable;
import io.opamp4j.proto.PackageDownloadDetails;
import io.opamp4j.proto.PackageMemory;
import io.opamp4j.proto.PackagesAvailable;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything a client knows about packages. Made by {@link PackageMachine#initial} and replaced by
 * each step.
 *
 * @param memory what to keep over restarts
 * @param local packages the agent has by itself, by name; never touched (E-48)
 * @param offer the last offer; without files if it is from before a restart
 * @param heard whether the server made that offer to this process, so that it has its files
 * @param round what has come of that offer so far
 * @param work what is being done
 */
public record PackageState(
    PackageMemory memory,
    Map<String, HeldPackage> local,
    PackagesAvailable offer,
    boolean heard,
    Round round,
    Work work) {

  public PackageState {
    requireNonNull(memory, "memory");
    local = Map.copyOf(local);
    requireNonNull(offer, "offer");
    requireNonNull(round, "round");
    requireNonNull(work, "work");
  }

  /**
   * What one process has tried with one offer.
   *
   * @param retries downloads that failed in passing, by name
   * @param fetched whose files are in the store
   * @param stuck what could not be removed
   * @param complaint about the latest offer as a whole; empty if there is none (PKG-30)
   */
  record Round(
      Map<String, Retry> retries, Set<String> fetched, Set<String> stuck, String complaint) {
    static final Round NEW = new Round(Map.of(), Set.of(), Set.of(), "");

    Round {
      retries = Map.copyOf(retries);
      fetched = Set.copyOf(fetched);
      stuck = Set.copyOf(stuck);
      requireNonNull(complaint, "complaint");
    }
  }

  /**
   * A download to be tried again.
   *
   * @param attempts how many have failed
   */
  record Retry(int attempts, Instant notBefore) {}

  /**
   * What is being done.
   *
   * @param running empty if nothing is
   * @param abandoned whether it is to be given up; its end has not been told yet
   * @param progress of a download; the default instance if it is not known
   * @param untidy whether the store may hold files that nobody needs
   */
  record Work(
      Optional<PackageTask> running,
      boolean abandoned,
      PackageDownloadDetails progress,
      boolean untidy) {
    static final Work NONE =
        new Work(Optional.empty(), false, PackageDownloadDetails.getDefaultInstance(), true);

    Work {
      requireNonNull(running, "running");
      requireNonNull(progress, "progress");
    }

    Work started(PackageTask task) {
      boolean tidied = task instanceof PackageTask.Sweep;
      return new Work(
          Optional.of(task), false, PackageDownloadDetails.getDefaultInstance(), untidy && !tidied);
    }

    Work ended() {
      return new Work(Optional.empty(), false, PackageDownloadDetails.getDefaultInstance(), untidy);
    }

    Work with(PackageDownloadDetails now) {
      return new Work(running, abandoned, now, untidy);
    }

    Work giveUp() {
      return new Work(running, true, progress, untidy);
    }

    Work makeUntidy() {
      return new Work(running, abandoned, progress, true);
    }
  }

  /** Whether the package is here as offered (PKG-13). */
  boolean has(String name, PackageAvailable offered) {
    return held(name).filter(held -> held.getHash().equals(offered.getHash())).isPresent();
  }

  /** The package that is here under this name: the client's own before the agent's. */
  Optional<HeldPackage> held(String name) {
    HeldPackage own = memory.getHeldMap().get(name);
    return Optional.ofNullable(own != null ? own : local.get(name));
  }

  /** Whether all that was offered has found its end, good or bad. */
  public boolean isSettled() {
    return offer.getPackagesMap().entrySet().stream()
        .allMatch(
            entry ->
                has(entry.getKey(), entry.getValue()) || memory.containsFailures(entry.getKey()));
  }

  /** Whether nothing is under way, and nothing is left to do that the server need not say first. */
  public boolean isIdle() {
    return work.running().isEmpty() && (isSettled() || !heard);
  }
}
