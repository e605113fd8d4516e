package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.storage.Storage;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a server is and how it does. */
@Schema(description = "What this server is and how it does")
record ServerStatus(
    @Schema(requiredMode = REQUIRED, description = "Of the product") String version,
    @Schema(requiredMode = REQUIRED, description = "This node's name") String node,
    @Schema(requiredMode = REQUIRED) Backend storage,
    @Schema(requiredMode = REQUIRED) Agents agents) {

  /** The storage backend. */
  @Schema(name = "StorageStatus", description = "The storage backend")
  record Backend(
      @Schema(requiredMode = REQUIRED, description = "Name and place") String description,
      @Schema(requiredMode = REQUIRED) boolean ok,
      @Schema(description = "What is wrong, unless ok") @Nullable String message) {}

  /** How many agents there are. */
  @Schema(name = "AgentCounts", description = "How many agents there are")
  record Agents(
      @Schema(requiredMode = REQUIRED) long total,
      @Schema(requiredMode = REQUIRED, description = "By state; every state is there")
          Map<String, Long> byState) {}

  /**
   * @param counts agents by state; a missing state has none
   */
  static ServerStatus of(
      ServerInfo info, String backend, Storage.Check check, Map<ConnectionState, Long> counts) {
    Map<String, Long> byState = new LinkedHashMap<>();
    for (ConnectionState state : ConnectionState.values()) {
      byState.put(StateNames.name(state), counts.getOrDefault(state, 0L));
    }
    long total = counts.values().stream().mapToLong(Long::longValue).sum();
    return new ServerStatus(
        info.version(),
        info.node(),
        new Backend(backend, check.ok(), check.ok() ? null : check.message()),
        new Agents(total, byState));
  }
}
