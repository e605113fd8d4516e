package io.opamp4j.server.config;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Turns text into values, going on with the default where the text is refused. */
final class TypedValues {
  private final RawValues values;
  private final ConfigProblems problems;
  private final Set<Setting<?>> refused = new HashSet<>();

  TypedValues(RawValues values, ConfigProblems problems) {
    this.values = values;
    this.problems = problems;
  }

  /** The value, or the default with a problem. */
  <T> T get(Setting<T> setting) {
    return find(setting).orElseGet(() -> fallback(setting));
  }

  /** The value, or empty with a problem. */
  <T> Optional<T> find(Setting<T> setting) {
    RawValues.RawValue raw = values.get(setting);
    try {
      return Optional.of(setting.parse(raw.text()));
    } catch (InvalidValueException e) {
      refused.add(setting);
      problems.add(
          raw.place(),
          setting.secret()
              ? setting.key() + " " + e.getMessage()
              : setting.key() + " " + e.getMessage() + ", not '" + shortened(raw.text()) + "'");
      return Optional.empty();
    }
  }

  /** Checks one duration against another, unless one of them was refused already. */
  void requireLonger(
      Setting<Duration> longer, Duration longerValue, Setting<?> shorter, Duration shorterValue) {
    if (longerValue.compareTo(shorterValue) <= 0) {
      complain(
          longer,
          ValueParsers.show(longerValue),
          "longer than",
          shorter,
          ValueParsers.show(shorterValue));
    }
  }

  /** Checks one size in bytes against another, unless one of them was refused already. */
  void requireNotSmaller(
      Setting<Integer> larger, int largerValue, Setting<Integer> smaller, int smallerValue) {
    if (largerValue < smallerValue) {
      complain(
          larger,
          ValueParsers.showSize(largerValue),
          "no smaller than",
          smaller,
          ValueParsers.showSize(smallerValue));
    }
  }

  private void complain(
      Setting<?> one, String oneText, String relation, Setting<?> other, String otherText) {
    if (refused.contains(one) || refused.contains(other)) {
      return;
    }
    problems.add(
        values.get(values.given(one) ? one : other).place(),
        "%s (%s) must be %s %s (%s)"
            .formatted(one.key(), oneText, relation, other.key(), otherText));
  }

  private static <T> T fallback(Setting<T> setting) {
    try {
      return setting.parse(setting.defaultText());
    } catch (InvalidValueException e) {
      throw new IllegalStateException("the default of " + setting.key() + " is refused", e);
    }
  }

  private static String shortened(String text) {
    return text.length() <= 80 ? text : text.substring(0, 80) + "...";
  }
}
