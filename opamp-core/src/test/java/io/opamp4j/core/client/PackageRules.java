package io.opamp4j.core.client;

import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageStatuses;
import java.util.ArrayList;
import java.util.List;

/** What the protocol demands of every report about packages, read from the report alone. */
public final class PackageRules {
  private PackageRules() {}

  /** Which rules the report breaks; empty if none. */
  public static List<String> broken(PackageStatuses statuses) {
    List<String> broken = new ArrayList<>();
    statuses.getPackagesMap().forEach((key, status) -> check(key, status, broken));
    return broken;
  }

  private static void check(String key, PackageStatus status, List<String> broken) {
    boolean has = !status.getAgentHasHash().isEmpty();
    boolean offered = !status.getServerOfferedHash().isEmpty();
    boolean error = !status.getErrorMessage().isEmpty();
    expect(key.equals(status.getName()), "PKG-23 " + key, broken);
    expect(has || status.getAgentHasVersion().isEmpty(), "PKG-24 " + key, broken);
    expect(offered || status.getServerOfferedVersion().isEmpty(), "PKG-25 " + key, broken);
    switch (status.getStatus()) {
      case PackageStatusEnum_Installed -> {
        expect(has, "PKG-24 installed and not held: " + key, broken);
        expect(!error, "PKG-26 " + key, broken);
      }
      case PackageStatusEnum_InstallPending,
          PackageStatusEnum_Installing,
          PackageStatusEnum_Downloading ->
          expect(offered && !error, "PKG-27 " + key, broken);
      case PackageStatusEnum_InstallFailed -> expect(offered && error, "PKG-28 " + key, broken);
      default -> broken.add("E-49 " + key);
    }
    boolean downloading =
        status.getStatus() == io.opamp4j.proto.PackageStatusEnum.PackageStatusEnum_Downloading;
    expect(downloading || !status.hasDownloadDetails(), "PKG-29 " + key, broken);
  }

  private static void expect(boolean holds, String rule, List<String> broken) {
    if (!holds) {
      broken.add(rule);
    }
  }
}
