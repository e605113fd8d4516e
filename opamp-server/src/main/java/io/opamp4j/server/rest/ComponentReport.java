package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.proto.ComponentDetails;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.Map;
import java.util.TreeMap;

/** One component of an agent, with what it consists of. */
@Schema(description = "One component, or one kind of components, that an agent has")
record ComponentReport(
    @Schema(
            requiredMode = REQUIRED,
            description = "What the agent says of it; values keep their types")
        Map<String, Object> metadata,
    @Schema(requiredMode = REQUIRED, description = "What it consists of, by name")
        Map<String, ComponentReport> components) {

  static ComponentReport of(ComponentDetails component) {
    return new ComponentReport(
        AgentAttributes.json(component.getMetadataList()),
        allOf(component.getSubComponentMapMap()));
  }

  static Map<String, ComponentReport> allOf(Map<String, ComponentDetails> components) {
    Map<String, ComponentReport> all = new TreeMap<>();
    components.forEach((name, component) -> all.put(name, of(component)));
    return all;
  }
}
