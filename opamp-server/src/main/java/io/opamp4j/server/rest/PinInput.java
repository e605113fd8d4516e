package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.opamp4j.server.fleet.Configuration;
import io.opamp4j.server.fleet.FleetEditor;
import io.opamp4j.server.fleet.Pin;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an agent is to be pinned to. The revision may be sent back as it was read. */
@JsonIgnoreProperties("revision")
@Schema(description = "What an agent is to be pinned to; revision is ignored")
record PinInput(
    @Schema(requiredMode = REQUIRED, description = "The name of a configuration")
        @Nullable String configuration,
    @Schema(
            description =
                "The one version it is to stay at, be it a draft; left out: the one that runs, with"
                    + " rollouts")
        @Nullable Long version) {

  /** The pin if it names what is there, else nothing and an error for what is wrong. */
  Optional<Pin> checked(FleetEditor editor, List<FieldError> errors) {
    if (configuration == null) {
      errors.add(new FieldError("configuration", "is required"));
      return Optional.empty();
    }
    Optional<Configuration> latest = editor.find(configuration);
    if (latest.isEmpty()) {
      errors.add(new FieldError("configuration", "must be the name of a configuration"));
      return Optional.empty();
    }
    if (version != null && (version < 1 || editor.find(latest.get(), version).isEmpty())) {
      errors.add(new FieldError("version", "must be a version of the configuration that is kept"));
      return Optional.empty();
    }
    return Optional.of(new Pin(configuration, Optional.ofNullable(version)));
  }
}
