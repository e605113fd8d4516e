package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.RunningVersion;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A configuration without the content of its files. */
@Schema(description = "A configuration without the content of its files")
record ConfigurationSummary(
    @Schema(requiredMode = REQUIRED) String name,
    @Schema(requiredMode = REQUIRED, description = "From 1; quoted, it is the ETag") long version,
    @Schema(requiredMode = REQUIRED, description = "In canonical form") String selector,
    @Schema(requiredMode = REQUIRED) int priority,
    @Schema(requiredMode = REQUIRED) String description,
    @Schema(requiredMode = REQUIRED, description = "SHA-256 of the files, hexadecimal") String hash,
    @Schema(requiredMode = REQUIRED) List<String> fileNames,
    @Schema(requiredMode = REQUIRED) Instant created,
    @Schema(requiredMode = REQUIRED, description = "When this version was written")
        Instant modified,
    @Schema(
            requiredMode = REQUIRED,
            description = "Whether this version was written to wait until it is chosen to run")
        boolean draft,
    @Schema(description = "The version that agents get; left out if they get none yet")
        @Nullable Long runningVersion) {

  static ConfigurationSummary of(Configuration configuration, RunningVersion running) {
    return new ConfigurationSummary(
        configuration.name(),
        configuration.version(),
        configuration.spec().selector().toString(),
        configuration.spec().priority(),
        configuration.spec().description(),
        configuration.hash().toString(),
        configuration.spec().files().getConfigMapMap().keySet().stream().sorted().toList(),
        configuration.created(),
        configuration.modified(),
        configuration.draft(),
        running.any() ? running.version() : null);
  }
}
