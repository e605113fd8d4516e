package io.opamp4j.ctl.output;

import java.util.Locale;

/** How answers are shown. */
public enum Format {
  /** For people; may change from version to version. */
  TABLE,
  /** The server's own members, for programs. */
  JSON,
  /** The same as JSON. */
  YAML;

  /** As it is typed. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
