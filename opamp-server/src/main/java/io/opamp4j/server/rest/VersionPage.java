package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.RunningVersion;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of the versions of a configuration. */
@Schema(description = "Versions of a configuration, the newest first")
record VersionPage(
    @Schema(requiredMode = REQUIRED) List<ConfigurationSummary> items,
    @Schema(description = "Give it as cursor to get the next page; left out on the last")
        @Nullable String nextCursor) {

  /**
   * @param found one more than fits, if there are more
   */
  static VersionPage of(List<Configuration> found, RunningVersion running, int limit) {
    List<Configuration> page = found.size() > limit ? found.subList(0, limit) : found;
    return new VersionPage(
        page.stream().map(version -> ConfigurationSummary.of(version, running)).toList(),
        found.size() > limit ? Long.toString(page.get(limit - 1).version()) : null);
  }
}
