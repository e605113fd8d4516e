package io.opamp4j.server.config;

import io.opamp4j.server.ConfigurationCheck;
import io.opamp4j.server.CustomMessageHandler;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * What is installed beside the server to work in the middle of it.
 *
 * @param handlers of custom messages, no two of one capability
 * @param checks of configurations
 */
public record Extensions(Set<CustomMessageHandler> handlers, Set<ConfigurationCheck> checks) {
  /** A loader that fails for ever must not keep the start from ending. */
  private static final int MOST_FAILURES = 20;

  public Extensions {
    handlers = Set.copyOf(handlers);
    checks = Set.copyOf(checks);
  }

  /**
   * What a class loader can see, and what is given. One that cannot be loaded is a problem:
   * somebody installed it to be there.
   */
  public static Extensions load(ClassLoader loader, Extensions given, ConfigProblems problems) {
    Set<CustomMessageHandler> handlers =
        found(CustomMessageHandler.class, loader, given.handlers, problems);
    CustomMessageHandlers.check(handlers, problems);
    return new Extensions(
        handlers, found(ConfigurationCheck.class, loader, given.checks, problems));
  }

  private static <T> Set<T> found(
      Class<T> service,
      ClassLoader loader,
      Collection<? extends T> given,
      ConfigProblems problems) {
    Set<T> all = new LinkedHashSet<>(given);
    Iterator<T> installed = ServiceLoader.load(service, loader).iterator();
    for (int failures = 0; failures < MOST_FAILURES; ) {
      try {
        if (!installed.hasNext()) {
          break;
        }
        all.add(installed.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        failures++;
        problems.add(
            "plug-ins", "a " + service.getSimpleName() + " cannot be loaded: " + e.getMessage());
      }
    }
    return all;
  }
}
