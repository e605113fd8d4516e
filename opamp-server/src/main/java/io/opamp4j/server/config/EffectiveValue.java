package io.opamp4j.server.config;

import java.util.List;
import java.util.regex.Pattern;

/**
 * One key with the value in force, fit to be shown.
 *
 * @param key the key
 * @param shown the value as written, masked if it is secret; credentials within a URL are masked
 *     too
 * @param source where it was written, or {@code default}
 */
public record EffectiveValue(String key, String shown, String source) {
  static final String MASK = "****";

  private static final Pattern CREDENTIALS = Pattern.compile("://\\S*@");

  static EffectiveValue of(Setting<?> setting, RawValues values) {
    RawValues.RawValue raw = values.get(setting);
    String shown =
        setting.secret() && !raw.text().isEmpty() ? MASK : withoutCredentials(raw.text());
    return new EffectiveValue(setting.key(), shown, raw.place());
  }

  /** Whether no source gave a value. */
  public boolean isDefault() {
    return source.equals(RawValues.DEFAULT);
  }

  /** One line per value: key, value and source in columns. */
  public static String table(List<EffectiveValue> values) {
    int keys = values.stream().mapToInt(v -> v.key().length()).max().orElse(0);
    int texts = values.stream().mapToInt(v -> v.quoted().length()).max().orElse(0);
    StringBuilder table = new StringBuilder();
    for (EffectiveValue value : values) {
      table.append(
          ("%-" + (keys + 1) + "s %-" + Math.max(1, texts) + "s  # %s%n")
              .formatted(value.key() + ":", value.quoted(), value.source()));
    }
    return table.toString();
  }

  static String withoutCredentials(String text) {
    return CREDENTIALS.matcher(text).replaceAll("://" + MASK + "@");
  }

  private String quoted() {
    return shown.isEmpty() ? "\"\"" : shown;
  }
}
