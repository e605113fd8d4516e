package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.storage.Storage;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Whether a server works. */
@Schema(description = "Whether this server works")
record ServerHealth(
    @Schema(requiredMode = REQUIRED, description = "Whether every check passed") boolean healthy,
    @Schema(requiredMode = REQUIRED) List<Check> checks) {

  /** One thing that was looked at. */
  @Schema(name = "HealthCheck", description = "One thing that was looked at")
  record Check(
      @Schema(requiredMode = REQUIRED) String name,
      @Schema(requiredMode = REQUIRED) boolean ok,
      @Schema(description = "What is wrong, unless ok") @Nullable String message) {}

  /**
   * @param trouble why the other nodes cannot rely on this one; empty if they can
   */
  static ServerHealth of(Storage.Check storage, boolean draining, Optional<String> trouble) {
    return new ServerHealth(
        storage.ok() && !draining && trouble.isEmpty(),
        List.of(
            new Check("storage", storage.ok(), storage.ok() ? null : storage.message()),
            new Check("draining", !draining, draining ? "the server is shutting down" : null),
            new Check("cluster", trouble.isEmpty(), trouble.orElse(null))));
  }

  /** The process answers, which is all that is asked. */
  static ServerHealth alive() {
    return new ServerHealth(true, List.of());
  }
}
