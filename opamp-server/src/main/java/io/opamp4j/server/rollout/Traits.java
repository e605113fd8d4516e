package io.opamp4j.server.rollout;

import com.google.protobuf.ByteString;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.server.agents.AgentView;
import io.opamp4j.server.agents.Catalogues;
import io.opamp4j.server.fleet.Labels;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What may tell failing agents from others: their labels, which are their attributes and versions
 * and what operators say of them, and the components they have. Agents of one build share the part
 * about components.
 */
final class Traits {
  /** What is longer is no name of anything, and would be kept with the rollout. */
  private static final int LONGEST = 200;

  private final Catalogues components;
  private final Map<ByteString, Map<String, String>> byCatalogue = new HashMap<>();

  Traits(Catalogues components) {
    this.components = components;
  }

  List<Map<String, String>> of(Collection<AgentView> agents) {
    return agents.stream().map(this::of).toList();
  }

  private Map<String, String> of(AgentView agent) {
    Map<String, String> traits = new HashMap<>(Labels.of(agent.report(), agent.labels()));
    traits.values().removeIf(value -> value.length() > LONGEST);
    traits.putAll(
        byCatalogue.computeIfAbsent(
            agent.report().getAvailableComponents().getHash(), this::components));
    return traits;
  }

  private Map<String, String> components(ByteString hash) {
    return components.find(hash).map(Traits::names).orElse(Map.of());
  }

  private static Map<String, String> names(AvailableComponents catalogue) {
    Map<String, String> names = new TreeMap<>();
    catalogue
        .getComponentsMap()
        .forEach(
            (kind, details) -> {
              names.put("component " + kind, "present");
              addParts(kind, details, names);
            });
    return names;
  }

  private static void addParts(String kind, ComponentDetails of, Map<String, String> names) {
    of.getSubComponentMapMap()
        .keySet()
        .forEach(type -> names.put("component " + kind + "/" + type, "present"));
  }
}
