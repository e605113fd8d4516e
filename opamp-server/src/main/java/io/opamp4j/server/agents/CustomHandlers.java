package io.opamp4j.server.agents;

import io.opamp4j.server.CustomMessageHandler;
import jakarta.inject.Inject;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Who handles which custom capability. Immutable; that no two handle the same was checked before.
 */
final class CustomHandlers {
  private final Set<CustomMessageHandler> all;
  private final Map<String, CustomMessageHandler> byCapability;

  @Inject
  CustomHandlers(Set<CustomMessageHandler> handlers) {
    all = Set.copyOf(handlers);
    SortedMap<String, CustomMessageHandler> index = new TreeMap<>();
    handlers.forEach(handler -> handler.capabilities().forEach(name -> index.put(name, handler)));
    byCapability = Collections.unmodifiableSortedMap(index);
  }

  Set<CustomMessageHandler> all() {
    return all;
  }

  /** What the server announces. */
  Set<String> capabilities() {
    return byCapability.keySet();
  }

  /** Who handles this capability; empty if the message is to be ignored (CUSTOM-06). */
  Optional<CustomMessageHandler> of(String capability) {
    return Optional.ofNullable(byCapability.get(capability));
  }
}
