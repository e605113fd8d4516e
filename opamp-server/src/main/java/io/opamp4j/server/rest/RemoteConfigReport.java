package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.RemoteConfigStatus;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What an agent says about the last configuration it was offered. */
@Schema(description = "What the agent says about the last configuration it was offered")
record RemoteConfigReport(
    @Schema(requiredMode = REQUIRED, description = "Hash of that configuration, hexadecimal")
        String hash,
    @Schema(
            requiredMode = REQUIRED,
            allowableValues = {"UNSET", "APPLIED", "APPLYING", "FAILED", "UNRECOGNIZED"})
        String status,
    @Schema(description = "Why it failed") @Nullable String errorMessage) {

  /** Null if the agent has not said anything. */
  static @Nullable RemoteConfigReport of(AgentToServer report) {
    if (!report.hasRemoteConfigStatus()) {
      return null;
    }
    RemoteConfigStatus status = report.getRemoteConfigStatus();
    return new RemoteConfigReport(
        ProtoValues.hex(status.getLastRemoteConfigHash()),
        ProtoValues.name(status.getStatus()),
        ProtoValues.textOrNull(status.getErrorMessage()));
  }
}
