package io.opamp4j.server.agents;

import java.util.Map;
import java.util.TreeMap;

/**
 * The labels that operators gave one agent.
 *
 * @param labels by key
 * @param version of the document that holds them; 0 if they were never edited
 */
public record AgentLabels(Map<String, String> labels, long version) {
  public AgentLabels {
    labels = Map.copyOf(labels);
  }

  /**
   * The labels after an edit.
   *
   * @param set added, or in place of those with the same keys
   * @param remove keys that go, unless they are set
   */
  Map<String, String> with(Map<String, String> set, Iterable<String> remove) {
    Map<String, String> edited = new TreeMap<>(labels);
    remove.forEach(edited::remove);
    edited.putAll(set);
    return edited;
  }
}
