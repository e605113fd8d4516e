package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.fleet.Configuration;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Map;

/** A configuration with its files. */
@Schema(description = "A configuration with its files")
record ConfigurationDetail(
    @Schema(requiredMode = REQUIRED) String name,
    @Schema(requiredMode = REQUIRED, description = "From 1; quoted, it is the ETag") long version,
    @Schema(requiredMode = REQUIRED, description = "In canonical form") String selector,
    @Schema(requiredMode = REQUIRED) int priority,
    @Schema(requiredMode = REQUIRED) String description,
    @Schema(requiredMode = REQUIRED, description = "SHA-256 of the files, hexadecimal") String hash,
    @Schema(requiredMode = REQUIRED, description = "Files by name") Map<String, ConfigFile> files,
    @Schema(requiredMode = REQUIRED) Instant created,
    @Schema(requiredMode = REQUIRED, description = "When this version was written")
        Instant modified) {

  static ConfigurationDetail of(Configuration configuration) {
    return new ConfigurationDetail(
        configuration.name(),
        configuration.version(),
        configuration.spec().selector().toString(),
        configuration.spec().priority(),
        configuration.spec().description(),
        configuration.hash().toString(),
        ConfigFile.allOf(configuration.spec().files()),
        configuration.created(),
        configuration.modified());
  }
}
