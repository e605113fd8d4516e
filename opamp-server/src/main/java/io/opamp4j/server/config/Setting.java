package io.opamp4j.server.config;

import java.util.Locale;

/**
 * One row of the table of settings: everything that reading, {@code --help} and printing need to
 * know of a key.
 *
 * @param <T> what its text means
 */
public final class Setting<T> {
  static final String ENVIRONMENT_PREFIX = "OPAMP_";

  private final String key;
  private final String defaultText;
  private final String description;
  private final boolean secret;
  private final ValueParser<T> parser;

  Setting(
      String key, String defaultText, String description, boolean secret, ValueParser<T> parser) {
    this.key = key;
    this.defaultText = defaultText;
    this.description = description;
    this.secret = secret;
    this.parser = parser;
  }

  /** The key, in kebab case with dots, such as {@code agents.heartbeat-interval}. */
  public String key() {
    return key;
  }

  /** The value when no source gives one; empty means "none". */
  public String defaultText() {
    return defaultText;
  }

  /** One line for people. */
  public String description() {
    return description;
  }

  /** Whether the value must be masked wherever it is shown. */
  public boolean secret() {
    return secret;
  }

  /** The environment variable of this key, such as {@code OPAMP_SERVER_PORT}. */
  public String environmentName() {
    return ENVIRONMENT_PREFIX + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  /** The command-line option of this key, such as {@code --server.port}. */
  public String option() {
    return "--" + key;
  }

  /** Reads a value; the exception's message completes the sentence "key ...". */
  T parse(String text) throws InvalidValueException {
    return parser.parse(text);
  }

  @Override
  public String toString() {
    return key;
  }
}
