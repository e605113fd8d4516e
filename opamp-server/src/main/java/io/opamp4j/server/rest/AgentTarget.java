package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.core.server.Target;
import io.opamp4j.server.fleet.ConfigurationRef;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The configuration an agent should have. */
@Schema(description = "The configuration an agent should have")
record AgentTarget(
    @Schema(requiredMode = REQUIRED, description = "Its name") String configuration,
    @Schema(requiredMode = REQUIRED) long version,
    @Schema(requiredMode = REQUIRED, description = "SHA-256 of its files, hexadecimal")
        String hash) {

  /** Null if no configuration matches the agent. */
  static @Nullable AgentTarget of(Target target) {
    Optional<ConfigurationRef> chosen = ConfigurationRef.parse(target.configName());
    return chosen
        .map(
            ref ->
                new AgentTarget(
                    ref.name(),
                    ref.version(),
                    ProtoValues.hex(target.offers().getRemoteConfig().getConfigHash())))
        .orElse(null);
  }
}
