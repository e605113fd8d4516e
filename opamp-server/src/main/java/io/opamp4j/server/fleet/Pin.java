package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * An operator's word that one agent gets this configuration, whatever selectors and priorities say.
 * While there is no such configuration or version the agent gets none, and keeps what it runs with.
 *
 * @param configuration its name
 * @param version the only version the agent gets, be it a draft; empty: the one that runs, with
 *     rollouts
 */
public record Pin(String configuration, Optional<Long> version) {
  public Pin {
    requireNonNull(configuration, "configuration");
    requireNonNull(version, "version");
    if (!Configuration.isName(configuration)) {
      throw new IllegalArgumentException(
          "not the name of a configuration: '" + configuration + "'");
    }
    if (version.filter(number -> number < 1).isPresent()) {
      throw new IllegalArgumentException("versions start at 1, not " + version.get());
    }
  }

  /** The version the agent stays at; empty if it goes along with the configuration. */
  public Optional<ConfigurationRef> fixed() {
    return version.map(number -> new ConfigurationRef(configuration, number));
  }

  @Override
  public String toString() {
    return fixed().map(ConfigurationRef::toString).orElse(configuration);
  }
}
