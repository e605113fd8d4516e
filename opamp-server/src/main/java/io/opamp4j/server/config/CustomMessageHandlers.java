package io.opamp4j.server.config;

import io.opamp4j.core.CustomCapability;
import io.opamp4j.server.CustomMessageHandler;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Looks at the handlers of custom messages that are installed. */
final class CustomMessageHandlers {
  private static final String PLACE = "custom message handlers";

  private CustomMessageHandlers() {}

  /**
   * Refuses a handler that stands for no capability or for one that another stands for: agents
   * would be promised what nobody does.
   */
  static void check(Set<CustomMessageHandler> handlers, ConfigProblems problems) {
    Map<String, CustomMessageHandler> byCapability = new HashMap<>();
    handlers.forEach(handler -> check(handler, byCapability, problems));
  }

  private static void check(
      CustomMessageHandler handler,
      Map<String, CustomMessageHandler> byCapability,
      ConfigProblems problems) {
    String name = handler.getClass().getName();
    Set<String> capabilities;
    try {
      capabilities = Set.copyOf(handler.capabilities());
    } catch (RuntimeException | LinkageError e) {
      problems.add(PLACE, name + " does not say its capabilities: " + e);
      return;
    }
    if (capabilities.isEmpty()) {
      problems.add(PLACE, name + " has no capability");
    }
    for (String capability : capabilities) {
      if (!CustomCapability.isName(capability)) {
        problems.add(
            PLACE,
            name
                + " has the capability '"
                + capability
                + "', which is no name such as com.example.pause/v1");
      }
      CustomMessageHandler other = byCapability.putIfAbsent(capability, handler);
      if (other != null) {
        problems.add(
            PLACE,
            "two handlers have the capability '%s': %s and %s"
                .formatted(capability, other.getClass().getName(), name));
      }
    }
  }
}
