package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.ContentHash;
import java.time.Instant;
import java.util.regex.Pattern;

/**
 * One version of a named configuration.
 *
 * @param name see {@link #isName}
 * @param version 1 for the first, one more for each change
 * @param spec what the operator wrote
 * @param hash of the files; equal content has an equal hash and needs no second offer
 * @param created when the first version was written
 * @param modified when this version was written
 * @param draft whether this version was written to wait until somebody makes it run
 */
public record Configuration(
    String name,
    long version,
    ConfigurationSpec spec,
    ContentHash hash,
    Instant created,
    Instant modified,
    boolean draft) {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9._-]{0,61}[a-z0-9])?");

  public Configuration {
    if (!isName(name)) {
      throw new IllegalArgumentException("not the name of a configuration: '" + name + "'");
    }
    if (version < 1) {
      throw new IllegalArgumentException("versions start at 1, not " + version);
    }
    requireNonNull(spec, "spec");
    requireNonNull(hash, "hash");
    requireNonNull(created, "created");
    requireNonNull(modified, "modified");
  }

  /** Name and version, as agents' targets tell them. */
  public ConfigurationRef ref() {
    return new ConfigurationRef(name, version);
  }

  /**
   * Whether a configuration may be called so: 1 to 63 lower-case ASCII letters, digits, {@code .},
   * {@code _} and {@code -}, with a letter or digit at both ends.
   */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }
}
