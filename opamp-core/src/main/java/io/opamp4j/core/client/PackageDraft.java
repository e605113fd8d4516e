package io.opamp4j.core.client;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.HeldPackage;
import io.opamp4j.proto.InstallTries;
import io.opamp4j.proto.PackageAvailable;
import io.opamp4j.proto.PackageMemory;
import io.opamp4j.proto.PackageType;
import io.opamp4j.proto.PackagesAvailable;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A state of packages being changed within one step. */
final class PackageDraft {
  private static final int SHA_256 = 32;

  final PackageMemory.Builder memory;
  final Map<String, PackageState.Retry> retries;
  final Set<String> fetched;
  final Set<String> stuck;
  PackageState.Work work;
  String complaint;
  private final Map<String, HeldPackage> local;
  private PackagesAvailable offer;
  private boolean heard;
  private boolean abandon;

  PackageDraft(PackageState state) {
    memory = state.memory().toBuilder();
    retries = new HashMap<>(state.round().retries());
    fetched = new HashSet<>(state.round().fetched());
    stuck = new HashSet<>(state.round().stuck());
    work = state.work();
    complaint = state.round().complaint();
    local = state.local();
    offer = state.offer();
    heard = state.heard();
  }

  /**
   * From now on this is wanted.
   *
   * @param same whether it was wanted before a restart, too, so that what failed stays failed
   */
  void takeUp(PackagesAvailable next, boolean same) {
    offer = next;
    heard = true;
    retries.clear();
    fetched.clear();
    stuck.clear();
    PackagesAvailable.Builder kept = next.toBuilder();
    next.getPackagesMap()
        .forEach(
            (name, offered) -> kept.putPackages(name, offered.toBuilder().clearFile().build()));
    memory.setOffer(kept);
    List.copyOf(memory.getTriesMap().keySet()).stream()
        .filter(name -> !next.containsPackages(name))
        .forEach(memory::removeTries);
    if (!same) {
      memory.clearFailures();
    }
    work = work.makeUntidy();
    if (work.running().orElse(null) instanceof PackageTask.Fetch fetch
        && !wants(fetch.name(), fetch.offered())) {
      work = work.giveUp();
      abandon = true;
    }
  }

  /** Whether just this is offered at this time. */
  boolean wants(String name, PackageAvailable task) {
    PackageAvailable wanted = offer.getPackagesMap().get(name);
    return wanted != null
        && wanted.getHash().equals(task.getHash())
        && wanted.getFile().getContentHash().equals(task.getFile().getContentHash());
  }

  /** The task under way, which is under way no longer. */
  PackageTask end() {
    PackageTask task =
        work.running().orElseThrow(() -> new IllegalStateException("no task is under way"));
    work = work.ended();
    if (!(task instanceof PackageTask.Sweep)) {
      work = work.makeUntidy();
    }
    return task;
  }

  /** The step from that state to this one, with the next thing to do. */
  PackageStep finish(PackageState from, Instant now) {
    if (heard) {
      judge();
    }
    Optional<PackageTask> start = work.running().isEmpty() ? next(now) : Optional.empty();
    start.ifPresent(this::begin);
    PackageState to = state();
    return new PackageStep(
        to,
        to.memory().equals(from.memory()) ? Optional.empty() : Optional.of(to.memory()),
        PackageReport.of(to),
        abandon,
        start,
        work.running().isPresent() ? Optional.empty() : nextRetry());
  }

  /** Settles what can be settled without doing anything. */
  private void judge() {
    new TreeMap<>(offer.getPackagesMap())
        .forEach(
            (name, offered) -> {
              ByteString content = offered.getFile().getContentHash();
              @Nullable HeldPackage own = memory.getHeldMap().get(name);
              InstallTries tries =
                  memory.getTriesOrDefault(name, InstallTries.getDefaultInstance());
              if (has(name, offered) || memory.containsFailures(name)) {
                return;
              }
              if (content.size() != SHA_256) {
                memory.putFailures(name, "the offer has no SHA-256 of the file");
              } else if (own != null && own.getContentHash().equals(content)) {
                // Only the wrapping is new (PKG-14).
                memory.putHeld(
                    name,
                    own.toBuilder()
                        .setVersion(offered.getVersion())
                        .setHash(offered.getHash())
                        .build());
              } else if (!isRunning(name)
                  && tries.getHash().equals(offered.getHash())
                  && tries.getCount() >= PackageMachine.TRIES) {
                memory
                    .removeTries(name)
                    .putFailures(
                        name,
                        "the agent ended " + tries.getCount() + " times while it was installed");
              }
            });
  }

  private boolean has(String name, PackageAvailable offered) {
    @Nullable HeldPackage own = memory.getHeldMap().get(name);
    @Nullable HeldPackage held = own == null ? local.get(name) : own;
    return held != null && held.getHash().equals(offered.getHash());
  }

  private boolean isRunning(String name) {
    return work.running().orElse(null) instanceof PackageTask.Install install
        && install.name().equals(name);
  }

  private Optional<PackageTask> next(Instant now) {
    Optional<PackageTask> removal = removal();
    if (removal.isPresent() || !memory.hasOffer()) {
      return removal;
    }
    if (state().isSettled()) {
      return work.untidy() ? Optional.of(sweep()) : Optional.empty();
    }
    // The top-level package comes last: installing it may end the process.
    List<Map.Entry<String, PackageAvailable>> open =
        offer.getPackagesMap().entrySet().stream()
            .filter(entry -> heard && !has(entry.getKey(), entry.getValue()))
            .filter(entry -> !memory.containsFailures(entry.getKey()))
            .filter(entry -> isDue(entry.getKey(), now))
            .sorted(
                Comparator.<Map.Entry<String, PackageAvailable>, Boolean>comparing(
                        entry -> entry.getValue().getType() == PackageType.PackageType_TopLevel)
                    .thenComparing(Map.Entry::getKey))
            .toList();
    return open.isEmpty()
        ? Optional.empty()
        : Optional.of(task(open.get(0).getKey(), open.get(0).getValue()));
  }

  private PackageTask task(String name, PackageAvailable offered) {
    return fetched.contains(name)
        ? new PackageTask.Install(name, offered)
        : new PackageTask.Fetch(name, offered);
  }

  private Optional<PackageTask> removal() {
    if (!memory.hasOffer()) {
      return Optional.empty();
    }
    return new TreeMap<>(memory.getHeldMap())
        .entrySet().stream()
            .filter(entry -> !offer.containsPackages(entry.getKey()))
            .filter(entry -> !stuck.contains(entry.getKey()))
            .findFirst()
            .map(entry -> new PackageTask.Remove(entry.getKey(), entry.getValue()));
  }

  private PackageTask sweep() {
    Set<ByteString> keep = new HashSet<>();
    memory.getHeldMap().values().forEach(held -> keep.add(held.getContentHash()));
    return new PackageTask.Sweep(keep);
  }

  private void begin(PackageTask task) {
    work = work.started(task);
    if (task instanceof PackageTask.Install install) {
      InstallTries before =
          memory.getTriesOrDefault(install.name(), InstallTries.getDefaultInstance());
      memory.putTries(install.name(), PackageMachine.oneMore(before, install.offered().getHash()));
    }
  }

  private boolean isDue(String name, Instant now) {
    PackageState.Retry retry = retries.get(name);
    return retry == null || !now.isBefore(retry.notBefore());
  }

  private Optional<Instant> nextRetry() {
    return retries.values().stream()
        .map(PackageState.Retry::notBefore)
        .min(Comparator.naturalOrder());
  }

  private PackageState state() {
    return new PackageState(
        memory.build(),
        local,
        offer,
        heard,
        new PackageState.Round(retries, fetched, stuck, complaint),
        work);
  }
}
