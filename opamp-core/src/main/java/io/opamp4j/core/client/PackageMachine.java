package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.proto.HeldPackage;
import io.opamp4j.proto.InstallTries;
import io.opamp4j.proto.PackageAvailable;
import io.opamp4j.proto.PackageDownloadDetails;
import io.opamp4j.proto.PackageMemory;
import io.opamp4j.proto.PackagesAvailable;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * Decides how an agent comes to have the packages a server offers (D6): what to download, what to
 * take over, what to remove, and what to tell of it. One thing is done at a time, so that no
 * package is ever installed twice at once. A new offer takes the place of the one before: a
 * download that is wanted no longer is given up, an installation is let come to its end.
 *
 * <p>A download that fails in passing is tried five times. What failed for good is not tried again
 * for the same offer, also after a restart; an offer with another hash is the operator's word to
 * try once more (PKG-32).
 *
 * <p>Every method is a function of its arguments and the chance in the waits.
 */
public final class PackageMachine {
  /** How often a download is tried that fails in passing. */
  static final int ATTEMPTS = 5;

  /** How often an installation may begin that the process does not survive. */
  static final int TRIES = 3;

  private final Backoff backoff;
  private final RandomGenerator random;

  /**
   * @param backoff between attempts to download
   */
  public PackageMachine(Backoff backoff, RandomGenerator random) {
    this.backoff = requireNonNull(backoff, "backoff");
    this.random = requireNonNull(random, "random");
  }

  /**
   * The state to begin with.
   *
   * @param memory from before a restart; the default instance if there is none
   * @param local packages the agent has by itself, by name
   * @param present whether the store has the whole file with this content hash
   */
  public PackageState initial(
      PackageMemory memory, Map<String, HeldPackage> local, Predicate<ByteString> present) {
    PackageMemory.Builder kept = memory.toBuilder().clearHeld();
    memory
        .getHeldMap()
        .forEach(
            (name, held) -> {
              if (present.test(held.getContentHash())) {
                kept.putHeld(name, held);
              }
            });
    return new PackageState(
        kept.build(),
        local,
        memory.getOffer(),
        false,
        PackageState.Round.NEW,
        PackageState.Work.NONE);
  }

  /** The client starts; removals that were left undone go on. */
  public PackageStep started(PackageState state, Instant now) {
    return new PackageDraft(state).finish(state, now);
  }

  /** The server made an offer. The same one again is nothing to do (PKG-11). */
  public PackageStep offered(PackageState state, PackagesAvailable offer, Instant now) {
    PackageDraft draft = new PackageDraft(state);
    Optional<String> objection = objection(offer);
    draft.complaint = objection.orElse("");
    boolean same = offer.getAllPackagesHash().equals(state.offer().getAllPackagesHash());
    if (objection.isEmpty() && !(same && (state.heard() || state.isSettled()))) {
      draft.takeUp(offer, same);
    }
    return draft.finish(state, now);
  }

  /** The download under way has come this far. */
  public PackageStep progressed(PackageState state, PackageDownloadDetails progress, Instant now) {
    PackageDraft draft = new PackageDraft(state);
    draft.work = draft.work.with(progress);
    return draft.finish(state, now);
  }

  /** The task under way is done. */
  public PackageStep succeeded(PackageState state, Instant now) {
    PackageDraft draft = new PackageDraft(state);
    PackageTask task = draft.end();
    if (task instanceof PackageTask.Fetch fetch) {
      if (draft.wants(fetch.name(), fetch.offered())) {
        draft.retries.remove(fetch.name());
        draft.fetched.add(fetch.name());
      }
    } else if (task instanceof PackageTask.Install install) {
      PackageAvailable offered = install.offered();
      draft.fetched.remove(install.name());
      draft
          .memory
          .removeTries(install.name())
          .putHeld(
              install.name(),
              HeldPackage.newBuilder()
                  .setVersion(offered.getVersion())
                  .setHash(offered.getHash())
                  .setContentHash(offered.getFile().getContentHash())
                  .build());
    } else if (task instanceof PackageTask.Remove remove) {
      draft.memory.removeHeld(remove.name());
    }
    return draft.finish(state, now);
  }

  /** The task under way came to nothing, or was given up. */
  public PackageStep failed(PackageState state, PackageFailure failure, Instant now) {
    PackageDraft draft = new PackageDraft(state);
    PackageTask task = draft.end();
    if (task instanceof PackageTask.Fetch fetch) {
      // One that was given up and is wanted again simply begins anew.
      if (draft.wants(fetch.name(), fetch.offered()) && !state.work().abandoned()) {
        fetchFailed(draft, fetch.name(), failure, now);
      }
    } else if (task instanceof PackageTask.Install install) {
      draft.fetched.remove(install.name());
      draft.memory.removeTries(install.name());
      if (draft.wants(install.name(), install.offered())) {
        draft.memory.putFailures(install.name(), failure.reason());
      }
    } else if (task instanceof PackageTask.Remove remove) {
      draft.stuck.add(remove.name());
    }
    return draft.finish(state, now);
  }

  /** The time has come that a step asked for. */
  public PackageStep wokeUp(PackageState state, Instant now) {
    return new PackageDraft(state).finish(state, now);
  }

  private void fetchFailed(PackageDraft draft, String name, PackageFailure failure, Instant now) {
    PackageState.Retry before = draft.retries.get(name);
    int attempts = failure.advanced() || before == null ? 1 : before.attempts() + 1;
    if (failure.passing() && attempts < ATTEMPTS) {
      Instant notBefore =
          now.plus(Backoff.atLeast(backoff.delay(attempts - 1, random), failure.retryAfter()));
      draft.retries.put(name, new PackageState.Retry(attempts, notBefore));
    } else {
      draft.retries.remove(name);
      draft.memory.putFailures(name, failure.reason());
    }
  }

  /** What is wrong with an offer as a whole, so that it cannot be answered package by package. */
  private static Optional<String> objection(PackagesAvailable offer) {
    if (offer.getAllPackagesHash().isEmpty()) {
      return Optional.of("the offer of packages has no hash (PKG-02)");
    }
    String nameless =
        offer.getPackagesMap().entrySet().stream()
            .filter(entry -> entry.getValue().getHash().isEmpty())
            .map(entry -> "'" + entry.getKey() + "'")
            .sorted()
            .limit(3)
            .collect(Collectors.joining(", "));
    return nameless.isEmpty()
        ? Optional.empty()
        : Optional.of("offered packages have no hash: " + nameless);
  }

  /** Tries of an installation, with one more. */
  static InstallTries oneMore(InstallTries before, ByteString hash) {
    int count = before.getHash().equals(hash) ? before.getCount() : 0;
    return InstallTries.newBuilder().setHash(hash).setCount(count + 1).build();
  }
}
