package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.proto.AvailableComponents;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;

/** What agents of one build consist of. */
@Schema(description = "The components that agents of one build have")
record ComponentCatalogue(
    @Schema(requiredMode = REQUIRED, description = "As the agents report it, hexadecimal")
        String hash,
    @Schema(requiredMode = REQUIRED, description = "By name, such as receivers")
        Map<String, ComponentReport> components) {

  static ComponentCatalogue of(AvailableComponents catalogue) {
    return new ComponentCatalogue(
        ProtoValues.hex(catalogue.getHash()), ComponentReport.allOf(catalogue.getComponentsMap()));
  }
}
