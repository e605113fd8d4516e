package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.server.agents.KeptNote;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;
import java.util.TreeMap;

/** The labels that operators gave an agent. */
@Schema(description = "The labels that operators gave an agent")
record LabelsDetail(
    @Schema(requiredMode = REQUIRED, description = "By key") Map<String, String> labels,
    @Schema(
            requiredMode = REQUIRED,
            description = "Grows with every edit of labels or pin; 0 if there was none")
        long version) {

  static LabelsDetail of(KeptNote kept) {
    return new LabelsDetail(new TreeMap<>(kept.note().labels()), kept.version());
  }
}
