package io.opamp4j.server.config;

import io.opamp4j.core.CustomCapability;
import io.opamp4j.server.CustomMessageHandler;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/** Finds the handlers of custom messages that are installed. */
public final class CustomMessageHandlers {
  /** A loader that fails for ever must not keep the start from ending. */
  private static final int MOST_FAILURES = 20;

  private static final String PLACE = "custom message handlers";

  private CustomMessageHandlers() {}

  /**
   * The handlers that a class loader can see, and those given. One that cannot be loaded, stands
   * for no capability or for one that another stands for is a problem: agents would be promised
   * what nobody does.
   */
  public static Set<CustomMessageHandler> load(
      ClassLoader loader,
      Collection<? extends CustomMessageHandler> given,
      ConfigProblems problems) {
    Set<CustomMessageHandler> handlers = new LinkedHashSet<>(given);
    Iterator<CustomMessageHandler> found =
        ServiceLoader.load(CustomMessageHandler.class, loader).iterator();
    for (int failures = 0; failures < MOST_FAILURES; ) {
      try {
        if (!found.hasNext()) {
          break;
        }
        handlers.add(found.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        failures++;
        problems.add(PLACE, "a handler cannot be loaded: " + e.getMessage());
      }
    }
    Map<String, CustomMessageHandler> byCapability = new HashMap<>();
    handlers.forEach(handler -> check(handler, byCapability, problems));
    return handlers;
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
