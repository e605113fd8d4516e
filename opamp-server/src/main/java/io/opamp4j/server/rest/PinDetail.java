package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.agents.KeptNote;
import io.opamp4j.server.fleet.Pin;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What operators pinned an agent to. */
@Schema(description = "What an agent is pinned to")
record PinDetail(
    @Schema(description = "The name of the configuration; left out if it is not pinned")
        @Nullable String configuration,
    @Schema(description = "The one version it stays at; left out if it goes along with changes")
        @Nullable Long version,
    @Schema(
            requiredMode = REQUIRED,
            description = "Grows with every edit of labels or pin; 0 if there was none")
        long revision) {

  static PinDetail of(KeptNote kept) {
    Optional<Pin> pin = kept.note().pin();
    return new PinDetail(
        pin.map(Pin::configuration).orElse(null),
        pin.flatMap(Pin::version).orElse(null),
        kept.version());
  }
}
