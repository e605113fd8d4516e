package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Names one version of a configuration; as text {@code "web v3"}, which is how {@link
 * io.opamp4j.core.server.Target#configName()} carries it.
 *
 * @param name of the configuration
 * @param version from 1
 */
public record ConfigurationRef(String name, long version) {
  private static final Pattern TEXT = Pattern.compile("(\\S+) v([1-9][0-9]{0,17})");

  public ConfigurationRef {
    requireNonNull(name, "name");
  }

  /** Reads the text form; empty if it is anything else. */
  public static Optional<ConfigurationRef> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? Optional.of(new ConfigurationRef(matcher.group(1), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  @Override
  public String toString() {
    return name + " v" + version;
  }
}
