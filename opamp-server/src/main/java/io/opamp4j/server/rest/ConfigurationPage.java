package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;
import static java.util.Objects.requireNonNull;

import io.opamp4j.server.fleet.ConfigurationList;
import io.opamp4j.server.fleet.RunningVersion;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One page of configurations. */
@Schema(description = "Configurations in ascending order of name")
record ConfigurationPage(
    @Schema(requiredMode = REQUIRED) List<ConfigurationSummary> items,
    @Schema(description = "Stored under these names, but not readable by this server")
        @Nullable List<Unreadable> unreadable,
    @Schema(description = "Give it as cursor to get the next page; left out on the last")
        @Nullable String nextCursor) {

  /** A configuration that cannot be shown. */
  @Schema(
      name = "UnreadableConfiguration",
      description = "A stored configuration that cannot be read")
  record Unreadable(
      @Schema(requiredMode = REQUIRED) String name,
      @Schema(requiredMode = REQUIRED) String problem) {}

  static ConfigurationPage of(ConfigurationList list, Map<String, RunningVersion> running) {
    List<Unreadable> unreadable =
        list.unreadable().stream().map(e -> new Unreadable(e.id(), e.problem())).toList();
    return new ConfigurationPage(
        list.items().stream()
            .map(c -> ConfigurationSummary.of(c, requireNonNull(running.get(c.name()))))
            .toList(),
        unreadable.isEmpty() ? null : unreadable,
        list.next().orElse(null));
  }
}
