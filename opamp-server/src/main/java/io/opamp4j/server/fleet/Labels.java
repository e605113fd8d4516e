package io.opamp4j.server.fleet;

import io.opamp4j.proto.AgentDescription;
import io.opamp4j.proto.AgentToServer;
import io.opamp4j.proto.KeyValue;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What {@link Selector selectors} see of an agent. Pure. */
public final class Labels {
  private Labels() {}

  /**
   * The agent's attributes as labels, and the operator's. Where keys meet, the operator's label
   * wins, then the identifying attribute, then the non-identifying one; of two attributes of one
   * kind the last.
   */
  public static Map<String, String> of(AgentToServer report, Map<String, String> operatorLabels) {
    AgentDescription description = report.getAgentDescription();
    Map<String, String> labels = new HashMap<>();
    putAll(labels, description.getNonIdentifyingAttributesList());
    putAll(labels, description.getIdentifyingAttributesList());
    labels.putAll(operatorLabels);
    return Collections.unmodifiableMap(labels);
  }

  /** One of these labels; empty if there is none of this key. */
  public static Optional<String> one(
      AgentToServer report, Map<String, String> operatorLabels, String key) {
    String label = operatorLabels.get(key);
    if (label != null) {
      return Optional.of(label);
    }
    AgentDescription description = report.getAgentDescription();
    return last(description.getIdentifyingAttributesList(), key)
        .or(() -> last(description.getNonIdentifyingAttributesList(), key));
  }

  private static Optional<String> last(List<KeyValue> attributes, String key) {
    for (int i = attributes.size() - 1; i >= 0; i--) {
      if (attributes.get(i).getKey().equals(key)) {
        return Optional.of(Attributes.text(attributes.get(i).getValue()));
      }
    }
    return Optional.empty();
  }

  private static void putAll(Map<String, String> labels, List<KeyValue> attributes) {
    for (KeyValue attribute : attributes) {
      labels.put(attribute.getKey(), Attributes.text(attribute.getValue()));
    }
  }
}
