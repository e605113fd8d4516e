package io.opamp4j.server.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** The text given for each key and where; a later source replaces an earlier one. */
final class RawValues {
  static final String DEFAULT = "default";

  private final Map<String, RawValue> values = new LinkedHashMap<>();

  /** Sets the text of a known key. */
  void put(Setting<?> setting, String text, String place) {
    values.put(setting.key(), new RawValue(text, place));
  }

  /** The text in force. */
  RawValue get(Setting<?> setting) {
    RawValue given = values.get(setting.key());
    return given == null ? new RawValue(setting.defaultText(), DEFAULT) : given;
  }

  /** Whether any source gave a value. */
  boolean given(Setting<?> setting) {
    return values.containsKey(setting.key());
  }

  /**
   * A text and its origin.
   *
   * @param text as it was written
   * @param place where it was written
   */
  record RawValue(String text, String place) {}
}
