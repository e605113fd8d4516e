package io.opamp4j.client;

import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AnyValue;
import io.opamp4j.proto.KeyValue;
import java.util.Map;
import java.util.TreeMap;

/** Writes an agent's description from plain text attributes. */
public final class Descriptions {
  private Descriptions() {}

  /**
   * A description.
   *
   * @param identifying together they name the agent, such as {@code service.name} and {@code
   *     service.instance.id}; at least one (DESC-01, DESC-03)
   * @param others what else is to be known, such as {@code os.type}; may be empty
   */
  public static AgentDescription of(Map<String, String> identifying, Map<String, String> others) {
    if (identifying.isEmpty()) {
      throw new IllegalArgumentException("an agent needs an identifying attribute");
    }
    AgentDescription.Builder description = AgentDescription.newBuilder();
    new TreeMap<>(identifying)
        .forEach((key, value) -> description.addIdentifyingAttributes(attribute(key, value)));
    new TreeMap<>(others)
        .forEach((key, value) -> description.addNonIdentifyingAttributes(attribute(key, value)));
    return description.build();
  }

  private static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }
}
