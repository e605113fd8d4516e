package io.opamp4j.server.config;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Reads the environment. Every variable that begins with {@code OPAMP_} must be a key or one of the
 * few that are not settings: a misspelled variable would otherwise be a default that nobody asked
 * for.
 */
final class EnvironmentSource {
  /** Names the configuration file when {@code --config} does not. */
  static final String CONFIG_FILE = "OPAMP_CONFIG";

  /** {@code OPAMP_JAVA_OPTS} is read by the start script. */
  private static final Set<String> NOT_SETTINGS = Set.of(CONFIG_FILE, "OPAMP_JAVA_OPTS");

  /** What Kubernetes sets in every container for a service called {@code opamp...}. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile("OPAMP_.*(_SERVICE_(HOST|PORT(_.*)?)|_PORT_[0-9]+_(TCP|UDP|SCTP)(_.*)?)");

  private static final String SERVICE_LINK_HINT =
      " (if Kubernetes set it for a service, set enableServiceLinks: false in the pod)";

  private EnvironmentSource() {}

  static void read(
      Map<String, String> environment,
      SettingTable table,
      RawValues values,
      ConfigProblems problems) {
    // In alphabetical order, so that the report does not depend on the map's.
    new TreeMap<>(environment)
        .forEach(
            (name, text) -> {
              if (name.startsWith(Setting.ENVIRONMENT_PREFIX) && !NOT_SETTINGS.contains(name)) {
                variable(name, text, table, values, problems);
              }
            });
  }

  private static void variable(
      String name, String text, SettingTable table, RawValues values, ConfigProblems problems) {
    Optional<Setting<?>> setting = table.findByEnvironmentName(name);
    if (setting.isEmpty()) {
      problems.add(
          name,
          "unknown environment variable"
              + Suggestions.nearest(name, table.environmentNames())
                  .map(n -> "; did you mean " + n + "?")
                  .orElse("")
              + (SERVICE_LINK.matcher(name).matches() ? SERVICE_LINK_HINT : ""));
    } else if (text.startsWith("tcp://") && setting.get() == SettingTable.PORT) {
      problems.add(name, "must be a port, not a URL" + SERVICE_LINK_HINT);
    } else {
      values.put(setting.get(), text, name);
    }
  }
}
