package io.opamp4j.server.rest;

import static io.swagger.v3.oas.annotations.media.Schema.RequiredMode.REQUIRED;

import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.KeyValue;
import io.opamp4j.server.fleet.Attributes;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What an agent says it is. */
@Schema(
    description =
        "What the agent says it is; values keep their types, and bytes are hexadecimal digits")
record AgentAttributes(
    @Schema(requiredMode = REQUIRED) Map<String, Object> identifying,
    @Schema(requiredMode = REQUIRED) Map<String, Object> nonIdentifying) {

  static AgentAttributes of(AgentDescription description) {
    return new AgentAttributes(
        json(description.getIdentifyingAttributesList()),
        json(description.getNonIdentifyingAttributesList()));
  }

  /** Attributes by key; of two with one key the last counts. */
  static Map<String, Object> json(List<KeyValue> attributes) {
    Map<String, Object> json = new TreeMap<>();
    attributes.forEach(
        attribute -> json.put(attribute.getKey(), Attributes.json(attribute.getValue())));
    return json;
  }
}
