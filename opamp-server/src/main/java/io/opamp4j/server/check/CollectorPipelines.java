package io.opamp4j.server.check;

import io.opamp4j.proto.AgentConfigMap;
import io.opamp4j.proto.AvailableComponents;
import io.opamp4j.proto.ComponentDetails;
import io.opamp4j.server.ConfigurationCheck;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/**
 * What an OpenTelemetry Collector needs to run a configuration: every type of component it defines,
 * and a definition of every component its pipelines refer to. A configuration is taken for a
 * collector's if one of its YAML files has {@code service.pipelines}; its files are seen as one,
 * the way collectors merge them.
 *
 * <p>Nothing here refuses a configuration: another collector may have the type, and what is not
 * defined here may be defined where the agent merges local files. It withholds it from agents for
 * which it cannot work. An agent is compared only if its catalogue is sorted by kinds, as
 * collectors' are.
 */
public final class CollectorPipelines implements ConfigurationCheck {
  /**
   * The sections of a configuration, which are also those of a catalogue, and one thing in each.
   */
  private static final Map<String, String> KINDS =
      new TreeMap<>(
          Map.of(
              "connectors", "connector",
              "exporters", "exporter",
              "extensions", "extension",
              "processors", "processor",
              "receivers", "receiver"));

  private static final Set<String> IN_PIPELINES = Set.of("receivers", "processors", "exporters");
  private static final String CONNECTORS = "connectors";

  @Override
  public Finding check(AgentConfigMap files) {
    Map<String, Set<String>> defined = new HashMap<>();
    Map<String, Set<String>> used = new HashMap<>();
    boolean collector = false;
    for (List<Node> documents : YamlFiles.of(files).documents().values()) {
      for (Node document : documents) {
        KINDS
            .keySet()
            .forEach(
                kind ->
                    member(document, kind)
                        .ifPresent(
                            section ->
                                defined
                                    .computeIfAbsent(kind, k -> new TreeSet<>())
                                    .addAll(keys(section))));
        Optional<Node> pipelines = member(document, "service").flatMap(s -> member(s, "pipelines"));
        collector |= pipelines.isPresent();
        pipelines.ifPresent(node -> values(node).forEach(pipeline -> addUsed(pipeline, used)));
      }
    }
    if (!collector) {
      return Finding.NOTHING;
    }
    List<String> undefined = undefined(defined, used);
    Map<String, Set<String>> types = types(defined);
    return new Finding(List.of(), components -> missing(types, undefined, components));
  }

  private static void addUsed(Node pipeline, Map<String, Set<String>> used) {
    for (String kind : IN_PIPELINES) {
      member(pipeline, kind)
          .filter(SequenceNode.class::isInstance)
          .ifPresent(
              list ->
                  ((SequenceNode) list)
                      .getValue().stream()
                          .filter(ScalarNode.class::isInstance)
                          .map(id -> ((ScalarNode) id).getValue())
                          .forEach(id -> used.computeIfAbsent(kind, k -> new TreeSet<>()).add(id)));
    }
  }

  /** A connector ends one pipeline as its exporter and begins another as its receiver. */
  private static List<String> undefined(
      Map<String, Set<String>> defined, Map<String, Set<String>> used) {
    Set<String> connectors = defined.getOrDefault(CONNECTORS, Set.of());
    List<String> undefined = new ArrayList<>();
    KINDS.forEach(
        (kind, one) -> {
          for (String id : used.getOrDefault(kind, Set.of())) {
            boolean connector = !kind.equals("processors") && connectors.contains(id);
            if (!connector && !defined.getOrDefault(kind, Set.of()).contains(id)) {
              undefined.add(one + " " + id + " (not defined)");
            }
          }
        });
    return undefined;
  }

  /** The id {@code otlp/2} is the second component of type {@code otlp}. */
  private static Map<String, Set<String>> types(Map<String, Set<String>> defined) {
    Map<String, Set<String>> types = new TreeMap<>();
    defined.forEach(
        (kind, ids) ->
            types.put(
                kind,
                ids.stream()
                    .map(id -> id.replaceFirst("/.*", "").strip())
                    .collect(Collectors.toCollection(TreeSet::new))));
    return types;
  }

  private static List<String> missing(
      Map<String, Set<String>> types,
      List<String> undefined,
      Optional<AvailableComponents> components) {
    List<String> missing = new ArrayList<>();
    Map<String, ComponentDetails> has =
        components.map(AvailableComponents::getComponentsMap).orElse(Map.of());
    if (KINDS.keySet().stream().anyMatch(has::containsKey)) {
      types.forEach(
          (kind, wanted) -> {
            Set<String> there =
                has.getOrDefault(kind, ComponentDetails.getDefaultInstance())
                    .getSubComponentMapMap()
                    .keySet();
            wanted.stream()
                .filter(type -> !there.contains(type))
                .forEach(type -> missing.add(KINDS.get(kind) + " " + type));
          });
    }
    missing.addAll(undefined);
    return missing;
  }

  private static Optional<Node> member(Node node, String name) {
    if (node instanceof MappingNode map) {
      for (NodeTuple entry : map.getValue()) {
        if (entry.getKeyNode() instanceof ScalarNode key && key.getValue().equals(name)) {
          return Optional.of(entry.getValueNode());
        }
      }
    }
    return Optional.empty();
  }

  private static List<String> keys(Node node) {
    return node instanceof MappingNode map
        ? map.getValue().stream()
            .map(NodeTuple::getKeyNode)
            .filter(ScalarNode.class::isInstance)
            .map(key -> ((ScalarNode) key).getValue())
            .toList()
        : List.of();
  }

  private static List<Node> values(Node node) {
    return node instanceof MappingNode map
        ? map.getValue().stream().map(NodeTuple::getValueNode).toList()
        : List.of();
  }
}
