package io.opamp4j.ctl.configs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Spells selectors as the server does, so that one written differently is not taken for a change.
 * What it cannot read it leaves alone: to judge selectors is the server's business. Pure.
 */
final class SelectorText {
  private static final String VALUE = "(?:\"(?:[^\"\\\\]|\\\\[\"\\\\])*\"|[^\\s,()=!<>\"'\\\\]+)";
  private static final String KEY = "([A-Za-z0-9._/-]+)";
  private static final Pattern CONDITION =
      Pattern.compile(
          "\\s*(?:(?<absent>!)\\s*KEY|KEY\\s*(?:(?<equal>==?|!=)\\s*(?<value>VALUE)|(?<=[\\s])(?<in>in|notin)\\s*\\(\\s*(?<values>VALUE(?:\\s*,\\s*VALUE)*)\\s*\\))?)\\s*(?:,|$)"
              .replaceFirst("KEY", KEY.replace("(", "(?<missing>"))
              .replaceFirst("KEY", KEY.replace("(", "(?<key>"))
              .replace("VALUE", VALUE));
  private static final Pattern ONE_VALUE = Pattern.compile(VALUE);
  private static final Pattern PLAIN = Pattern.compile("[^\\s,()=!<>\"'\\\\]+");

  private record Condition(String key, String text) {}

  private SelectorText() {}

  /** The canonical text; the text itself if it is no selector. */
  static String canonical(String selector) {
    if (selector.isBlank()) {
      return "";
    }
    List<Condition> conditions = new ArrayList<>();
    Matcher next = CONDITION.matcher(selector);
    int end = 0;
    while (end < selector.length()) {
      if (!next.find(end) || next.start() != end) {
        return selector;
      }
      end = next.end();
      conditions.add(condition(next));
    }
    if (selector.stripTrailing().endsWith(",")) {
      return selector;
    }
    return conditions.stream()
        .distinct()
        .sorted(Comparator.comparing(Condition::key).thenComparing(Condition::text))
        .map(Condition::text)
        .collect(Collectors.joining(","));
  }

  private static Condition condition(Matcher found) {
    if (found.group("absent") != null) {
      return new Condition(found.group("missing"), "!" + found.group("missing"));
    }
    String key = found.group("key");
    Optional<String> list =
        Optional.ofNullable(found.group("values"))
            .or(() -> Optional.ofNullable(found.group("value")));
    if (list.isEmpty()) {
      return new Condition(key, key);
    }
    boolean not = "notin".equals(found.group("in")) || "!=".equals(found.group("equal"));
    TreeSet<String> values = new TreeSet<>();
    Matcher value = ONE_VALUE.matcher(list.get());
    while (value.find()) {
      values.add(unquoted(value.group()));
    }
    String text =
        values.size() == 1
            ? (not ? "!=" : "=") + quoted(values.first())
            : (not ? " notin (" : " in (")
                + values.stream().map(SelectorText::quoted).collect(Collectors.joining(","))
                + ")";
    return new Condition(key, key + text);
  }

  private static String unquoted(String value) {
    return value.startsWith("\"")
        ? value.substring(1, value.length() - 1).replaceAll("\\\\([\"\\\\])", "$1")
        : value;
  }

  private static String quoted(String value) {
    return PLAIN.matcher(value).matches()
        ? value
        : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
