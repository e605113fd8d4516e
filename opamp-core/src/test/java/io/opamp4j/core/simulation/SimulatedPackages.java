package io.opamp4j.core.simulation;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.client.PackageFailure;
import io.opamp4j.core.client.PackageMachine;
import io.opamp4j.core.client.PackageRules;
import io.opamp4j.core.client.PackageState;
import io.opamp4j.core.client.PackageStep;
import io.opamp4j.core.client.PackageTask;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.proto.HeldPackage;
import io.opamp4j.proto.PackageDownloadDetails;
import io.opamp4j.proto.PackageMemory;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.PackagesAvailable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An agent with a disk that is offered packages. It dies when told to, between any two effects of a
 * step or in the middle of a task, and comes back with what its disk holds.
 */
final class SimulatedPackages {
  static final Map<String, HeldPackage> LOCAL =
      Map.of(
          "local",
          HeldPackage.newBuilder()
              .setVersion("0")
              .setHash(ByteString.copyFromUtf8("local hash"))
              .build());

  private static final Duration LONGEST_TASK = Duration.ofSeconds(20);

  private final Simulation world;
  private final PackageMachine machine;
  private final Set<ByteString> files = new HashSet<>();
  private final List<ByteString> gets = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();
  private PackageMemory disk = PackageMemory.getDefaultInstance();
  private PackageState state;
  private PackageStatuses told = PackageStatuses.getDefaultInstance();
  private boolean dying;
  private int deaths;
  private Optional<PackageTask> working = Optional.empty();

  SimulatedPackages(Simulation world) {
    this.world = world;
    this.machine = new PackageMachine(Backoff.DEFAULT, world.random);
    this.state = machine.initial(disk, LOCAL, files::contains);
    carryOut(machine.started(state, world.now()));
  }

  /** What the server knows. */
  PackageStatuses told() {
    return told;
  }

  PackageMemory disk() {
    return disk;
  }

  Set<ByteString> files() {
    return files;
  }

  /** The contents downloaded so far. */
  List<ByteString> gets() {
    return gets;
  }

  List<String> faults() {
    return faults;
  }

  boolean isIdle() {
    return working.isEmpty() && state.isSettled();
  }

  void offered(PackagesAvailable offer) {
    carryOut(machine.offered(state, offer, world.now()));
  }

  /** Dies at the next chance, which may be in the middle of a step. */
  void dieSoon() {
    dying = true;
    world.after(world.upTo(LONGEST_TASK), this::perhapsDie);
  }

  /** Dies, and the disk loses a file over it. */
  void dieAndLoseAFile() {
    files.stream().findFirst().ifPresent(files::remove);
    dying = true;
    perhapsDie();
  }

  private boolean perhapsDie() {
    if (!dying) {
      return false;
    }
    dying = false;
    deaths++;
    halfDone();
    working = Optional.empty();
    state = machine.initial(disk, LOCAL, files::contains);
    disk = state.memory();
    carryOut(machine.started(state, world.now()));
    return true;
  }

  private void halfDone() {
    if (working.isEmpty() || world.random.nextBoolean()) {
      return;
    }
    if (working.get() instanceof PackageTask.Fetch fetch) {
      get(fetch);
    } else if (working.get() instanceof PackageTask.Sweep sweep) {
      files.removeIf(file -> !sweep.keep().contains(file) && world.random.nextBoolean());
    }
  }

  private void carryOut(PackageStep step) {
    state = step.state();
    if (dieHere()) {
      return;
    }
    step.save().ifPresent(memory -> disk = memory);
    if (dieHere()) {
      return;
    }
    tell(step.statuses());
    if (step.abandon()) {
      int life = deaths;
      world.after(
          world.upTo(Duration.ofSeconds(1)), () -> end(life, PackageFailure.passing("given up")));
    }
    if (dieHere()) {
      return;
    }
    step.start().ifPresent(this::begin);
    int life = deaths;
    step.wakeUp()
        .ifPresent(
            time ->
                world.at(
                    time,
                    () -> {
                      if (life == deaths) {
                        carryOut(machine.wokeUp(state, world.now()));
                      }
                    }));
  }

  private boolean dieHere() {
    return dying && world.chance(0.2) && perhapsDie();
  }

  private void tell(PackageStatuses statuses) {
    told = statuses;
    PackageRules.broken(statuses).forEach(rule -> fault(rule));
    Set<String> must = new HashSet<>(disk.getHeldMap().keySet());
    must.addAll(LOCAL.keySet());
    if (!statuses.getPackagesMap().keySet().containsAll(must)) {
      fault("PKG-21: of " + must + " only " + statuses.getPackagesMap().keySet());
    }
  }

  private void begin(PackageTask task) {
    if (working.isPresent()) {
      fault("two things at once: " + working.get() + " and " + task);
    }
    working = Optional.of(task);
    int life = deaths;
    if (task instanceof PackageTask.Fetch) {
      world.after(world.upTo(Duration.ofSeconds(3)), () -> progress(life, task));
    }
    world.after(world.upTo(LONGEST_TASK), () -> end(life, outcome(task), task));
  }

  private void progress(int life, PackageTask task) {
    if (life == deaths && working.filter(now -> now == task).isPresent()) {
      PackageDownloadDetails half =
          PackageDownloadDetails.newBuilder().setDownloadPercent(50).build();
      carryOut(machine.progressed(state, half, world.now()));
    }
  }

  private Optional<PackageFailure> outcome(PackageTask task) {
    if (!world.noisy() || world.chance(0.6)) {
      return Optional.empty();
    }
    return Optional.of(
        task instanceof PackageTask.Fetch && world.chance(0.7)
            ? PackageFailure.passing("cut")
            : PackageFailure.lasting("corrupt"));
  }

  /** A download that was given up ends as such, whatever it was. */
  private void end(int life, PackageFailure givenUp) {
    if (life == deaths && working.filter(PackageTask.Fetch.class::isInstance).isPresent()) {
      working = Optional.empty();
      carryOut(machine.failed(state, givenUp, world.now()));
    }
  }

  private void end(int life, Optional<PackageFailure> failure, PackageTask task) {
    if (life != deaths || working.filter(now -> now == task).isEmpty()) {
      return;
    }
    if (failure.isEmpty()) {
      act(task);
    }
    working = Optional.empty();
    Instant now = world.now();
    carryOut(
        failure.isPresent()
            ? machine.failed(state, failure.get(), now)
            : machine.succeeded(state, now));
  }

  private void act(PackageTask task) {
    if (task instanceof PackageTask.Fetch fetch) {
      get(fetch);
    } else if (task instanceof PackageTask.Install install) {
      if (!files.contains(install.offered().getFile().getContentHash())) {
        fault("installs what is not there: " + install.name());
      }
    } else if (task instanceof PackageTask.Remove remove) {
      if (LOCAL.containsKey(remove.name()) && !disk.containsHeld(remove.name())) {
        fault("E-48: removes a local package");
      }
    } else if (task instanceof PackageTask.Sweep sweep) {
      disk.getHeldMap()
          .forEach(
              (name, held) -> {
                if (!sweep.keep().contains(held.getContentHash())) {
                  fault("sweeps away what is held: " + name);
                }
              });
      files.retainAll(sweep.keep());
    }
  }

  private void get(PackageTask.Fetch fetch) {
    ByteString content = fetch.offered().getFile().getContentHash();
    if (files.add(content)) {
      gets.add(content);
    }
  }

  private void fault(String what) {
    faults.add(Duration.between(Simulation.START, world.now()) + " " + what);
  }

  static ByteString content(String text) {
    return ContentHash.of(ByteString.copyFromUtf8(text)).bytes();
  }
}
