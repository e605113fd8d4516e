package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.proto.PackageStatus;
import io.opamp4j.proto.PackageStatuses;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What an agent says about one of its packages. */
@Schema(description = "What the agent says about one of its packages")
record PackageReport(
    @Schema(requiredMode = REQUIRED) String name,
    @Schema(
            requiredMode = REQUIRED,
            allowableValues = {
              "Installed",
              "InstallPending",
              "Installing",
              "InstallFailed",
              "Downloading",
              "UNRECOGNIZED"
            })
        String status,
    @Schema(description = "What the agent has") @Nullable String version,
    @Schema(description = "Hash of what the agent has, hexadecimal") @Nullable String hash,
    @Schema(description = "What it was offered") @Nullable String offeredVersion,
    @Schema(description = "Hash of what it was offered, hexadecimal") @Nullable String offeredHash,
    @Nullable String errorMessage) {

  /** All packages, in ascending order of name. */
  static List<PackageReport> allOf(PackageStatuses statuses) {
    return new TreeMap<>(statuses.getPackagesMap())
        .entrySet().stream().map(entry -> of(entry.getKey(), entry.getValue())).toList();
  }

  private static PackageReport of(String name, PackageStatus status) {
    return new PackageReport(
        name,
        ProtoValues.name(status.getStatus()),
        ProtoValues.textOrNull(status.getAgentHasVersion()),
        ProtoValues.hexOrNull(status.getAgentHasHash()),
        ProtoValues.textOrNull(status.getServerOfferedVersion()),
        ProtoValues.hexOrNull(status.getServerOfferedHash()),
        ProtoValues.textOrNull(status.getErrorMessage()));
  }
}
