package io.opamp4j.core.client;

import io.opamp4j.proto.HeldPackage;
import io.opamp4j.proto.PackageAvailable;
import io.opamp4j.proto.PackageDownloadDetails;
import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageStatusEnum;
import io.opamp4j.proto.PackageStatuses;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What to tell the server about packages, as a function of what is known (PKG-20 to PKG-30). */
final class PackageReport {
  private PackageReport() {}

  static PackageStatuses of(PackageState state) {
    SortedSet<String> names = new TreeSet<>(state.local().keySet());
    names.addAll(state.memory().getHeldMap().keySet());
    names.addAll(state.offer().getPackagesMap().keySet());
    PackageStatuses.Builder statuses =
        PackageStatuses.newBuilder().setErrorMessage(state.round().complaint());
    if (state.heard() || state.isSettled()) {
      // As long as it is not echoed, the server makes the offer again, this time with its files.
      statuses.setServerProvidedAllPackagesHash(state.offer().getAllPackagesHash());
    }
    names.forEach(name -> statuses.putPackages(name, status(state, name)));
    return statuses.build();
  }

  private static PackageStatus status(PackageState state, String name) {
    PackageStatus.Builder status = PackageStatus.newBuilder().setName(name);
    state
        .held(name)
        .ifPresent(
            held -> status.setAgentHasVersion(held.getVersion()).setAgentHasHash(held.getHash()));
    @Nullable PackageAvailable offered = state.offer().getPackagesMap().get(name);
    @Nullable HeldPackage own = state.memory().getHeldMap().get(name);
    if (offered != null) {
      status.setServerOfferedVersion(offered.getVersion()).setServerOfferedHash(offered.getHash());
      stage(state, name, offered, status);
    } else if (own != null) {
      // It came with an offer that is gone.
      status.setServerOfferedVersion(own.getVersion()).setServerOfferedHash(own.getHash());
    }
    return status.build();
  }

  private static void stage(
      PackageState state, String name, PackageAvailable offered, PackageStatus.Builder status) {
    Optional<PackageTask> running = state.work().running();
    if (state.has(name, offered)) {
      status.setStatus(PackageStatusEnum.PackageStatusEnum_Installed);
    } else if (state.memory().containsFailures(name)) {
      status
          .setStatus(PackageStatusEnum.PackageStatusEnum_InstallFailed)
          .setErrorMessage(state.memory().getFailuresOrThrow(name));
    } else if (running.filter(task -> isInstall(task, name, offered)).isPresent()) {
      status.setStatus(PackageStatusEnum.PackageStatusEnum_Installing);
    } else if (running.filter(task -> isFetch(task, name, offered)).isPresent()) {
      status.setStatus(PackageStatusEnum.PackageStatusEnum_Downloading);
      if (!state.work().progress().equals(PackageDownloadDetails.getDefaultInstance())) {
        status.setDownloadDetails(state.work().progress());
      }
    } else {
      status.setStatus(PackageStatusEnum.PackageStatusEnum_InstallPending);
    }
  }

  private static boolean isFetch(PackageTask task, String name, PackageAvailable offered) {
    return task instanceof PackageTask.Fetch fetch
        && fetch.name().equals(name)
        && fetch.offered().getHash().equals(offered.getHash());
  }

  private static boolean isInstall(PackageTask task, String name, PackageAvailable offered) {
    return task instanceof PackageTask.Install install
        && install.name().equals(name)
        && install.offered().getHash().equals(offered.getHash());
  }
}
