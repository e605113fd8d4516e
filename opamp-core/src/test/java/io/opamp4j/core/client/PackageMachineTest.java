package io.opamp4j.core.client;

import static io.opamp4j.core.client.PackageAgent.available;
import static io.opamp4j.core.client.PackageAgent.bytes;
import static io.opamp4j.core.client.PackageAgent.content;
import static io.opamp4j.core.client.PackageAgent.offer;
import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.proto.DownloadableFile;
import io.opamp4j.proto.PackageAvailable;
import io.opamp4j.proto.PackageMemory;
import io.opamp4j.proto.PackageStatuses;
import io.opamp4j.proto.PackageType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is done about an offer of packages, and what is told of it (PKG, D6, E-48 to E-50). */
class PackageMachineTest {

  @Test
  void pkg12WhatIsMissingIsFetchedThenInstalledOneAfterTheOther() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x", "q=1/y"));
    List<String> tasks = new ArrayList<>(List.of(agent.task()));
    while (!agent.task().equals("none")) {
      tasks.add(agent.succeeded().task());
    }
    assertThat(tasks)
        .containsExactly("fetch p", "install p", "fetch q", "install q", "sweep", "none");
  }

  @Test
  void pkg19And27And29AndE49TheStagesAreToldInTheirOrder() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x", "q=1/y"));
    assertThat(agent.stage("p")).isEqualTo("Downloading");
    assertThat(agent.stage("q")).isEqualTo("InstallPending");
    agent.progressed(40);
    assertThat(agent.status("p").getDownloadDetails().getDownloadPercent()).isEqualTo(40);
    agent.succeeded();
    assertThat(agent.stage("p")).isEqualTo("Installing");
    assertThat(agent.status("p").hasDownloadDetails()).isFalse();
    agent.succeeded();
    assertThat(agent.stage("p")).isEqualTo("Installed");
    assertThat(agent.stage("q")).isEqualTo("Downloading");
    assertThat(agent.status("q").hasDownloadDetails()).as("those were of p").isFalse();
  }

  @Test
  void pkg10TheHashOfTheOfferIsEchoedFromTheStart() {
    PackageAgent agent = PackageAgent.fresh();
    assertThat(agent.step.statuses()).isEqualTo(PackageStatuses.getDefaultInstance());
    assertThat(agent.offered(offer("A", "p=1/x")).echo()).isEqualTo("A");
    assertThat(agent.finished().echo()).isEqualTo("A");
  }

  @Test
  void pkg11TheSameHashIsNothingToDo() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x"));
    agent.offered(offer("A", "p=1/x", "q=1/y"));
    assertThat(agent.task()).isEqualTo("none");
    assertThat(agent.running()).isEqualTo("fetch p");
    agent.finished();
    PackageMemory before = agent.disk;
    agent.offered(offer("A", "q=1/y"));
    assertThat(agent.running()).isEqualTo("none");
    assertThat(agent.disk).isEqualTo(before);
    assertThat(agent.restarted().finished().offered(offer("A", "q=1/y")).running())
        .as("also after a restart")
        .isEqualTo("none");
  }

  @Test
  void pkg13TheSamePackageHashIsSkippedWhateverElseIsSaid() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x")).finished();
    agent.offered(offer("B", "p=1/other"));
    assertThat(agent.task()).isEqualTo("sweep");
    assertThat(agent.stage("p")).isEqualTo("Installed");
    assertThat(agent.echo()).isEqualTo("B");
  }

  @Test
  void pkg14TheSameFileUnderANewHashIsTakenOverWithoutADownload() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x")).finished();
    agent.offered(offer("B", "p=2/x"));
    assertThat(agent.task()).isEqualTo("sweep");
    assertThat(agent.status("p").getAgentHasVersion()).isEqualTo("v2");
    assertThat(agent.status("p").getAgentHasHash()).isEqualTo(bytes("2"));
    assertThat(agent.disk.getHeldOrThrow("p").getHash()).isEqualTo(bytes("2"));
    assertThat(agent.finished().offered(offer("C", "p=3/y")).task()).isEqualTo("fetch p");
  }

  @Test
  void pkg15AndE48WhatIsNotOfferedIsRemovedButOnlyIfWeInstalledIt() {
    PackageAgent agent =
        PackageAgent.withLocal("own", "1", "h").offered(offer("A", "p=1/x", "q=1/y")).finished();
    agent.offered(offer("B", "q=1/y"));
    assertThat(agent.task()).isEqualTo("remove p");
    assertThat(agent.stage("p")).as("still held").isEqualTo("Installed");
    agent.succeeded();
    assertThat(agent.step.statuses().containsPackages("p")).isFalse();
    assertThat(agent.step.start().orElseThrow())
        .isEqualTo(new PackageTask.Sweep(java.util.Set.of(content("y"))));
    assertThat(agent.finished().stage("own")).isEqualTo("Installed");
    agent.offered(offer("C"));
    assertThat(agent.task()).isEqualTo("remove q");
    assertThat(agent.finished().step.statuses().getPackagesMap()).containsOnlyKeys("own");
  }

  @Test
  void aRemovalThatFailsKeepsThePackageUntilAnotherOffer() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x")).finished();
    agent.offered(offer("B")).failed(PackageFailure.lasting("in use"));
    assertThat(agent.task()).isEqualTo("sweep");
    assertThat(agent.finished().stage("p")).isEqualTo("Installed");
    assertThat(agent.offered(offer("C")).task()).isEqualTo("remove p");
  }

  @Test
  void pkg17HashesMayBeAnyBytes() {
    PackageAvailable odd =
        available("1", "x").toBuilder()
            .setHash(com.google.protobuf.ByteString.copyFrom(new byte[] {0, -1, -128}))
            .build();
    PackageAgent agent = PackageAgent.fresh().offered(offer("\0A", Map.of("p", odd))).finished();
    assertThat(agent.status("p").getAgentHasHash()).isEqualTo(odd.getHash());
    assertThat(agent.echo()).isEqualTo("\0A");
  }

  @Test
  void pkg20And21EverythingIsToldEveryTime() {
    PackageAgent agent = PackageAgent.withLocal("own", "1", "h");
    agent.offered(offer("A", "p=1/x", "q=1/y"));
    while (!agent.running().equals("none")) {
      assertThat(agent.step.statuses().getPackagesMap()).containsOnlyKeys("own", "p", "q");
      agent.succeeded();
    }
    assertThat(agent.stage("p") + agent.stage("q") + agent.stage("own"))
        .isEqualTo("InstalledInstalledInstalled");
  }

  @Test
  void pkg22And25LocalPackagesAreListedAsSuch() {
    PackageAgent agent = PackageAgent.withLocal("own", "1", "h");
    assertThat(agent.status("own").getAgentHasVersion()).isEqualTo("1");
    assertThat(agent.status("own").getAgentHasHash()).isEqualTo(bytes("h"));
    assertThat(agent.status("own").getServerOfferedHash().isEmpty()).isTrue();
    assertThat(agent.status("own").getServerOfferedVersion()).isEmpty();
  }

  @Test
  void aLocalPackageThatIsOfferedAsItIsNeedsNothing() {
    PackageAgent agent = PackageAgent.withLocal("own", "v1", "1").offered(offer("A", "own=1/x"));
    assertThat(agent.task()).isEqualTo("sweep");
    assertThat(agent.status("own").getServerOfferedHash()).as("PKG-25").isEqualTo(bytes("1"));
    assertThat(agent.finished().offered(offer("B")).task()).as("E-48").isEqualTo("sweep");
    assertThat(agent.finished().stage("own")).isEqualTo("Installed");
  }

  @Test
  void aLocalPackageIsThereAgainWhenOursOverItIsRemoved() {
    PackageAgent agent = PackageAgent.withLocal("own", "v1", "1");
    assertThat(agent.offered(offer("A", "own=2/x")).task()).isEqualTo("fetch own");
    assertThat(agent.status("own").getAgentHasHash()).as("meanwhile").isEqualTo(bytes("1"));
    assertThat(agent.finished().status("own").getAgentHasHash()).isEqualTo(bytes("2"));
    agent.offered(offer("B")).finished();
    assertThat(agent.status("own").getAgentHasHash()).isEqualTo(bytes("1"));
    assertThat(agent.status("own").getServerOfferedHash().isEmpty()).isTrue();
  }

  @Test
  void pkg24And28AFirstInstallationThatFailedHoldsNothing() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x")).succeeded();
    agent.failed(PackageFailure.lasting("no room"));
    assertThat(agent.stage("p")).isEqualTo("InstallFailed");
    assertThat(agent.status("p").getErrorMessage()).isEqualTo("no room");
    assertThat(agent.status("p").getServerOfferedHash()).isEqualTo(bytes("1"));
    assertThat(agent.status("p").getAgentHasHash().isEmpty()).isTrue();
    assertThat(agent.status("p").getAgentHasVersion()).isEmpty();
  }

  @Test
  void pkg24TheOldVersionIsHeldWhenTheNewOneFailed() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x")).finished();
    agent.offered(offer("B", "p=2/y")).failed(PackageFailure.lasting("HTTP status 404"));
    assertThat(agent.status("p").getAgentHasHash()).isEqualTo(bytes("1"));
    assertThat(agent.status("p").getAgentHasVersion()).isEqualTo("v1");
    assertThat(agent.status("p").getServerOfferedVersion()).isEqualTo("v2");
    assertThat(agent.step.start().orElseThrow())
        .as("the old file stays")
        .isEqualTo(new PackageTask.Sweep(java.util.Set.of(content("x"))));
  }

  @Test
  void pkg26TheErrorIsGoneWhenALaterOfferSucceeds() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x"));
    agent.failed(PackageFailure.lasting("HTTP status 404")).finished();
    agent.offered(offer("B", "p=1/x")).finished();
    assertThat(agent.stage("p")).isEqualTo("Installed");
    assertThat(agent.status("p").getErrorMessage()).isEmpty();
  }

  @Test
  void pkg30AnOfferThatIsWrongAsAWholeIsRefusedAndChangesNothing() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x")).finished();
    agent.offered(offer("", "q=1/y"));
    assertThat(agent.step.statuses().getErrorMessage()).contains("no hash");
    assertThat(agent.echo()).isEqualTo("A");
    agent.offered(offer("B", "p=1/x", "q=/y"));
    assertThat(agent.step.statuses().getErrorMessage()).contains("'q'");
    assertThat(agent.running()).isEqualTo("none");
    agent.offered(offer("C", "p=1/x"));
    assertThat(agent.step.statuses().getErrorMessage()).isEmpty();
    agent.finished().offered(offer(""));
    assertThat(agent.offered(offer("C", "p=1/x")).step.statuses().getErrorMessage())
        .as("the one in force again")
        .isEmpty();
  }

  @Test
  void pkg30TheErrorOfOnePackageIsNotTheErrorOfAll() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x"));
    agent.failed(PackageFailure.lasting("HTTP status 404"));
    assertThat(agent.step.statuses().getErrorMessage()).isEmpty();
  }

  @Test
  void pkg31APackageMayHaveTheEmptyName() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "=1/x")).finished();
    assertThat(agent.stage("")).isEqualTo("Installed");
    assertThat(agent.status("").getName()).isEmpty();
  }

  @Test
  void theTopLevelPackageComesLast() {
    PackageAvailable top =
        available("1", "t").toBuilder().setType(PackageType.PackageType_TopLevel).build();
    PackageAgent agent =
        PackageAgent.fresh().offered(offer("A", Map.of("", top, "z", available("1", "z"))));
    assertThat(agent.task()).isEqualTo("fetch z");
    assertThat(agent.succeeded().succeeded().task()).isEqualTo("fetch ");
  }

  @Test
  void pkg32WhatFailedIsNotTriedAgainForTheSameOfferAlsoAfterARestart() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x", "q=1/y"));
    agent.failed(PackageFailure.lasting("HTTP status 404"));
    agent.offered(offer("A", "p=1/x", "q=1/y"));
    assertThat(agent.running()).isEqualTo("fetch q");
    PackageAgent later = agent.restarted();
    assertThat(later.stage("p")).isEqualTo("InstallFailed");
    assertThat(later.echo()).as("q is still wanted").isEmpty();
    assertThat(later.offered(offer("A", "p=1/x", "q=1/y")).task()).isEqualTo("fetch q");
    later.finished();
    assertThat(later.stage("p")).isEqualTo("InstallFailed");
    assertThat(later.echo()).isEqualTo("A");
    assertThat(later.offered(offer("B", "p=1/x", "q=1/y")).task())
        .as("another offer is another try")
        .isEqualTo("fetch p");
  }

  @Test
  void aDownloadThatFailsInPassingIsTriedFiveTimesWithGrowingWaits() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x"));
    List<Long> waits = new ArrayList<>();
    for (agent.failed(PackageFailure.passing("cut"));
        agent.wakeUp().isPresent();
        agent.failed(PackageFailure.passing("cut"))) {
      assertThat(agent.stage("p")).isEqualTo("InstallPending");
      Duration wait = Duration.between(agent.now, agent.wakeUp().get());
      waits.add(wait.toSeconds());
      assertThat(agent.wokenAfter(wait.minusNanos(1)).task()).isEqualTo("none");
      assertThat(agent.wokenAfter(Duration.ofNanos(1)).task()).isEqualTo("fetch p");
    }
    assertThat(waits).containsExactly(10L, 20L, 40L, 80L);
    assertThat(agent.stage("p")).isEqualTo("InstallFailed");
    assertThat(agent.status("p").getErrorMessage()).isEqualTo("cut");
  }

  @Test
  void anAttemptThatBroughtMuchDoesNotCount() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x"));
    for (int i = 0; i < 20; i++) {
      agent.failed(new PackageFailure("cut", true, true, Duration.ZERO));
      assertThat(agent.wokenAfter(Duration.ofSeconds(10)).task()).isEqualTo("fetch p");
    }
  }

  @Test
  void theServersRetryAfterCountsIfItIsLonger() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x"));
    agent.failed(new PackageFailure("503", true, false, Duration.ofMinutes(5)));
    assertThat(agent.wakeUp()).contains(agent.now.plus(Duration.ofMinutes(5)));
  }

  @Test
  void othersGoOnWhileOneWaits() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x", "q=1/y"));
    agent.failed(PackageFailure.passing("cut"));
    assertThat(agent.task()).isEqualTo("fetch q");
    assertThat(agent.wakeUp()).as("its end is awaited first").isEmpty();
    agent.succeeded().succeeded();
    assertThat(agent.running()).isEqualTo("none");
    assertThat(agent.wakeUp()).contains(agent.now.plus(Duration.ofSeconds(10)));
  }

  @Test
  void aDownloadThatIsWantedNoLongerIsGivenUpAndTheNextWaitsForItsEnd() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x"));
    agent.offered(offer("B", "p=2/y"));
    assertThat(agent.step.abandon()).isTrue();
    assertThat(agent.task()).isEqualTo("none");
    assertThat(agent.stage("p")).isEqualTo("InstallPending");
    agent.failed(PackageFailure.passing("given up"));
    assertThat(agent.task()).isEqualTo("fetch p");
    assertThat(agent.wakeUp()).isEmpty();
  }

  @Test
  void aDownloadThatIsStillWantedGoesOnUnderANewOffer() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x"));
    agent.offered(offer("B", "p=1/x", "q=1/y"));
    assertThat(agent.step.abandon()).isFalse();
    assertThat(agent.running()).isEqualTo("fetch p");
    assertThat(agent.succeeded().task()).isEqualTo("install p");
  }

  @Test
  void oneGivenUpAndWantedAgainBeginsAnewWithoutAWait() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x"));
    agent.offered(offer("B", "p=2/y")).offered(offer("C", "p=1/x"));
    assertThat(agent.step.abandon()).isFalse();
    assertThat(agent.failed(PackageFailure.passing("given up")).task()).isEqualTo("fetch p");
  }

  @Test
  void anInstallationComesToItsEndAndTheNewerOneFollows() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x")).succeeded();
    agent.offered(offer("B", "p=2/y"));
    assertThat(agent.step.abandon()).isFalse();
    assertThat(agent.running()).isEqualTo("install p");
    agent.succeeded();
    assertThat(agent.task()).isEqualTo("fetch p");
    assertThat(agent.status("p").getAgentHasHash()).isEqualTo(bytes("1"));
  }

  @Test
  void theFailureOfWhatIsWantedNoLongerIsNotHeldAgainstTheNewOffer() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x")).succeeded();
    agent.offered(offer("B", "p=2/y")).failed(PackageFailure.lasting("broken"));
    assertThat(agent.task()).isEqualTo("fetch p");
    agent.offered(offer("C")).failed(PackageFailure.passing("given up"));
    assertThat(agent.step.statuses().getPackagesMap()).isEmpty();
  }

  @Test
  void e48AFileWithoutItsHashIsRefused() {
    for (DownloadableFile file :
        List.of(
            DownloadableFile.getDefaultInstance(),
            DownloadableFile.newBuilder().setDownloadUrl("https://x/").build(),
            DownloadableFile.newBuilder().setContentHash(bytes("short")).build())) {
      PackageAvailable bad = available("1", "x").toBuilder().setFile(file).build();
      PackageAgent agent = PackageAgent.fresh().offered(offer("A", Map.of("p", bad)));
      assertThat(agent.task()).isEqualTo("sweep");
      assertThat(agent.status("p").getErrorMessage()).contains("SHA-256");
    }
  }

  @Test
  void afterARestartNothingInstalledIsFetchedAgainAndTheServerIsAskedForWhatIsMissing() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x", "q=1/y"));
    agent.succeeded().succeeded();
    PackageAgent later = agent.restarted();
    assertThat(later.running()).isEqualTo("none");
    assertThat(later.stage("p")).isEqualTo("Installed");
    assertThat(later.stage("q")).isEqualTo("InstallPending");
    assertThat(later.echo()).as("so the server makes the offer again").isEmpty();
    assertThat(later.offered(offer("A", "p=1/x", "q=1/y")).task()).isEqualTo("fetch q");
    assertThat(later.finished().restarted().finished().echo()).isEqualTo("A");
  }

  @Test
  void aFileThatIsGoneAfterARestartIsWantedAgain() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x")).finished();
    PackageAgent later = agent.restarted("x");
    assertThat(later.status("p").getAgentHasHash().isEmpty()).isTrue();
    assertThat(later.echo()).isEmpty();
    assertThat(later.offered(offer("A", "p=1/x")).task()).isEqualTo("fetch p");
  }

  @Test
  void aRemovalThatWasCutOffGoesOnAfterARestart() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x")).finished();
    agent.offered(offer("B"));
    assertThat(agent.restarted().task()).isEqualTo("remove p");
  }

  @Test
  void anInstallationThatEndsTheProcessEveryTimeIsGivenUpAtTheThird() {
    PackageAgent agent = PackageAgent.fresh();
    for (int i = 0; i < PackageMachine.TRIES; i++) {
      agent.offered(offer("A", "p=1/x")).succeeded();
      assertThat(agent.running()).isEqualTo("install p");
      assertThat(agent.disk.getTriesOrThrow("p").getCount()).isEqualTo(i + 1);
      agent = agent.restarted();
    }
    agent.offered(offer("A", "p=1/x"));
    assertThat(agent.stage("p")).isEqualTo("InstallFailed");
    assertThat(agent.status("p").getErrorMessage()).contains("3 times");
    assertThat(agent.finished().offered(offer("B", "p=2/y")).task()).isEqualTo("fetch p");
  }

  @Test
  void anInstallationThatEndsTheProcessOnceMayBeItsWayToSucceed() {
    PackageAgent agent = PackageAgent.fresh().offered(offer("A", "p=1/x")).succeeded();
    agent = agent.restarted().offered(offer("A", "p=1/x")).finished();
    assertThat(agent.stage("p")).isEqualTo("Installed");
    assertThat(agent.disk.getTriesMap()).isEmpty();
  }

  @Test
  void aLongReasonIsCut() {
    assertThat(PackageFailure.lasting("x".repeat(5000)).reason()).hasSize(1000);
  }

  @Test
  void aTaskThatIsNotUnderWayCannotEnd() {
    PackageAgent agent = PackageAgent.fresh();
    assertThat(Optional.of(agent.running())).contains("none");
    org.assertj.core.api.Assertions.assertThatThrownBy(agent::succeeded)
        .isInstanceOf(IllegalStateException.class);
  }
}
