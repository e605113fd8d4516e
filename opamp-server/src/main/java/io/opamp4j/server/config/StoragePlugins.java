package io.opamp4j.server.config;

import io.opamp4j.storage.StoragePlugin;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The installed storage backends by name. Immutable. */
public final class StoragePlugins {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

  /** A loader that fails for ever must not keep the start from ending. */
  private static final int MOST_FAILURES = 20;

  private static final String PLACE = "storage plug-ins";

  private final SortedMap<String, StoragePlugin> byName;

  private StoragePlugins(SortedMap<String, StoragePlugin> byName) {
    this.byName = Collections.unmodifiableSortedMap(byName);
  }

  /**
   * Finds the backends that a class loader can see. One that cannot be loaded is a problem, because
   * leaving it out silently would show up later as an unknown {@code storage.type}.
   */
  public static StoragePlugins load(ClassLoader loader, ConfigProblems problems) {
    Iterator<StoragePlugin> found = ServiceLoader.load(StoragePlugin.class, loader).iterator();
    SortedMap<String, StoragePlugin> byName = new TreeMap<>();
    int failures = 0;
    while (failures < MOST_FAILURES) {
      try {
        if (!found.hasNext()) {
          return new StoragePlugins(byName);
        }
        add(found.next(), byName, problems);
      } catch (ServiceConfigurationError | LinkageError e) {
        failures++;
        problems.add(PLACE, "a backend cannot be loaded: " + e.getMessage());
      }
    }
    return new StoragePlugins(byName);
  }

  /** These backends and no others, for tests and embedding. */
  public static StoragePlugins of(Collection<? extends StoragePlugin> plugins) {
    ConfigProblems problems = new ConfigProblems();
    SortedMap<String, StoragePlugin> byName = new TreeMap<>();
    plugins.forEach(plugin -> add(plugin, byName, problems));
    problems.throwIfAny();
    return new StoragePlugins(byName);
  }

  private static void add(
      StoragePlugin plugin, Map<String, StoragePlugin> byName, ConfigProblems problems) {
    String name = plugin.name();
    if (!NAME.matcher(name).matches()) {
      problems.add(PLACE, plugin.getClass().getName() + " has the unusable name '" + name + "'");
      return;
    }
    StoragePlugin other = byName.putIfAbsent(name, plugin);
    if (other != null) {
      problems.add(
          PLACE,
          "two backends are called '%s': %s and %s"
              .formatted(name, other.getClass().getName(), plugin.getClass().getName()));
    }
  }

  /** The backend of this name. */
  public Optional<StoragePlugin> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** All of them, by name in alphabetical order. */
  public SortedMap<String, StoragePlugin> all() {
    return byName;
  }

  /** The names for a message, such as {@code h2, memory}. */
  String names() {
    return byName.isEmpty() ? "none" : String.join(", ", byName.keySet());
  }
}
