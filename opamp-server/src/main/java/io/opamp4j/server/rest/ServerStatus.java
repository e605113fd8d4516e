package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.core.server.ConnectionState;
import io.opamp4j.core.timing.Admission.Reason;
import io.opamp4j.server.agents.AdmissionGate;
import io.opamp4j.storage.Storage;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a server is and how it does. */
@Schema(description = "What this server is and how it does")
record ServerStatus(
    @Schema(requiredMode = REQUIRED, description = "Of the product") String version,
    @Schema(requiredMode = REQUIRED, description = "This node's name") String node,
    @Schema(requiredMode = REQUIRED) Backend storage,
    @Schema(requiredMode = REQUIRED) Agents agents,
    @Schema(requiredMode = REQUIRED) Admission admission) {

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

  /** What goes on at the door. */
  @Schema(
      name = "AdmissionStatus",
      description = "How many connections agents have, and how many agents were told to come later")
  record Admission(
      @Schema(requiredMode = REQUIRED, description = "Of agents, open now") int connections,
      @Schema(requiredMode = REQUIRED, description = "How many may be open") int maxConnections,
      @Schema(requiredMode = REQUIRED, description = "Whether the server is about to stop")
          boolean draining,
      @Schema(
              requiredMode = REQUIRED,
              description = "Since the start, by reason; every reason is there")
          Map<String, Long> refused,
      @Schema(
              requiredMode = REQUIRED,
              description = "Of messages that have not arrived whole or wait for work")
          long bufferedBytes,
      @Schema(requiredMode = REQUIRED, description = "How many there may be")
          long maxBufferedBytes) {

    static Admission of(AdmissionGate.Status gate) {
      Map<String, Long> refused = new LinkedHashMap<>();
      for (Reason reason : Reason.values()) {
        refused.put(
            reason.name().toLowerCase(Locale.ROOT), gate.refused().getOrDefault(reason, 0L));
      }
      return new Admission(
          gate.connections(),
          gate.maxConnections(),
          gate.draining(),
          refused,
          gate.bufferedBytes(),
          gate.maxBufferedBytes());
    }
  }

  /**
   * @param counts agents by state; a missing state has none
   */
  static ServerStatus of(
      ServerInfo info,
      String backend,
      Storage.Check check,
      Map<ConnectionState, Long> counts,
      AdmissionGate.Status gate) {
    Map<String, Long> byState = new LinkedHashMap<>();
    for (ConnectionState state : ConnectionState.values()) {
      byState.put(StateNames.name(state), counts.getOrDefault(state, 0L));
    }
    long total = counts.values().stream().mapToLong(Long::longValue).sum();
    return new ServerStatus(
        info.version(),
        info.node(),
        new Backend(backend, check.ok(), check.ok() ? null : check.message()),
        new Agents(total, byState),
        Admission.of(gate));
  }
}
