package io.opamp4j.core.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.opamp4j.core.ContentHash;
import io.opamp4j.core.timing.Backoff;
import io.opamp4j.proto.DownloadableFile;
import io.opamp4j.proto.HeldPackage;
import io.opamp4j.proto.PackageAvailable;
import io.opamp4j.proto.PackageDownloadDetails;
import io.opamp4j.proto.PackageMemory;
import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageType;
import io.opamp4j.proto.PackagesAvailable;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/** A machine with its state, driven by hand; every report it makes is checked. */
final class PackageAgent {
  static final Backoff BACKOFF =
      new Backoff(Duration.ofSeconds(10), 2, 0, Duration.ofSeconds(1000));

  final PackageMachine machine = new PackageMachine(BACKOFF, new SplittableRandom(1));
  private final Map<String, HeldPackage> local;
  Instant now = Instant.parse("2026-01-01T00:00:00Z");
  PackageMemory disk;
  PackageStep step;

  private PackageAgent(PackageMemory memory, Map<String, HeldPackage> local, Set<String> lost) {
    this.local = local;
    PackageState initial =
        machine.initial(
            memory, local, content -> lost.stream().noneMatch(l -> content.equals(content(l))));
    disk = initial.memory();
    did(machine.started(initial, now));
  }

  static PackageAgent fresh() {
    return new PackageAgent(PackageMemory.getDefaultInstance(), Map.of(), Set.of());
  }

  static PackageAgent withLocal(String name, String version, String hash) {
    return new PackageAgent(
        PackageMemory.getDefaultInstance(),
        Map.of(name, HeldPackage.newBuilder().setVersion(version).setHash(bytes(hash)).build()),
        Set.of());
  }

  /** The process ends and another begins; the files with these contents are gone. */
  PackageAgent restarted(String... lost) {
    return new PackageAgent(disk, local, Set.of(lost));
  }

  PackageAgent offered(PackagesAvailable offer) {
    return did(machine.offered(step.state(), offer, now));
  }

  PackageAgent succeeded() {
    return did(machine.succeeded(step.state(), now));
  }

  PackageAgent failed(PackageFailure failure) {
    return did(machine.failed(step.state(), failure, now));
  }

  PackageAgent progressed(double percent) {
    return did(
        machine.progressed(
            step.state(),
            PackageDownloadDetails.newBuilder().setDownloadPercent(percent).build(),
            now));
  }

  PackageAgent wokenAfter(Duration wait) {
    now = now.plus(wait);
    return did(machine.wokeUp(step.state(), now));
  }

  /** All tasks succeed until there are none. */
  PackageAgent finished() {
    while (step.state().work().running().isPresent()) {
      succeeded();
    }
    return this;
  }

  /** The task begun by the last step, in a word. */
  String task() {
    return step.start().map(PackageAgent::text).orElse("none");
  }

  /** The task under way, in a word. */
  String running() {
    return step.state().work().running().map(PackageAgent::text).orElse("none");
  }

  private static String text(PackageTask task) {
    if (task instanceof PackageTask.Fetch fetch) {
      return "fetch " + fetch.name();
    } else if (task instanceof PackageTask.Install install) {
      return "install " + install.name();
    } else if (task instanceof PackageTask.Remove remove) {
      return "remove " + remove.name();
    }
    return "sweep";
  }

  PackageStatus status(String name) {
    return step.statuses().getPackagesOrThrow(name);
  }

  /** The state of a package without what comes before the underscore. */
  String stage(String name) {
    return status(name).getStatus().name().substring("PackageStatusEnum_".length());
  }

  String echo() {
    return step.statuses().getServerProvidedAllPackagesHash().toStringUtf8();
  }

  private PackageAgent did(PackageStep next) {
    next.save().ifPresent(memory -> disk = memory);
    assertThat(PackageRules.broken(next.statuses())).isEmpty();
    assertThat(next.state().memory()).as("what is kept").isEqualTo(disk);
    assertThat(disk.toString()).as("no credentials").doesNotContain("secret");
    step = next;
    return this;
  }

  static PackagesAvailable offer(String hash, Map<String, PackageAvailable> packages) {
    return PackagesAvailable.newBuilder()
        .setAllPackagesHash(bytes(hash))
        .putAllPackages(packages)
        .build();
  }

  /** An offer of these, each written like {@code name=hash/content}. */
  static PackagesAvailable offer(String hash, String... packages) {
    Map<String, PackageAvailable> map = new HashMap<>();
    for (String one : packages) {
      String[] parts = one.split("[=/]", -1);
      map.put(parts[0], available(parts[1], parts[2]));
    }
    return offer(hash, map);
  }

  static PackageAvailable available(String hash, String content) {
    DownloadableFile.Builder file =
        DownloadableFile.newBuilder()
            .setDownloadUrl("https://packages.example/" + content)
            .setContentHash(content(content));
    file.getHeadersBuilder().addHeadersBuilder().setKey("Authorization").setValue("secret");
    return PackageAvailable.newBuilder()
        .setType(PackageType.PackageType_Addon)
        .setVersion("v" + hash)
        .setHash(bytes(hash))
        .setFile(file)
        .build();
  }

  static ByteString content(String content) {
    return ContentHash.of(bytes(content)).bytes();
  }

  static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  Optional<Instant> wakeUp() {
    return step.wakeUp();
  }
}
