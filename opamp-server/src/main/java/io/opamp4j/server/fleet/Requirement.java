package io.opamp4j.server.fleet;

import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One condition of a {@link Selector}.
 *
 * @param key the label's key
 * @param operator what is asked of it
 * @param values in ascending order and without repetition; empty for {@link Operator#EXISTS} and
 *     {@link Operator#ABSENT}
 */
record Requirement(String key, Operator operator, List<String> values) {

  /** What can be asked of one label. */
  enum Operator {
    /** The label is there with one of the values. */
    IN,
    /** The label is missing, or has none of the values. */
    NOT_IN,
    /** The label is there, whatever its value. */
    EXISTS,
    /** The label is missing. */
    ABSENT
  }

  Requirement {
    values = List.copyOf(new TreeSet<>(values));
  }

  /**
   * @param value of the label; null if it is missing
   */
  boolean matches(@Nullable String value) {
    return switch (operator) {
      case IN -> value != null && values.contains(value);
      case NOT_IN -> value == null || !values.contains(value);
      case EXISTS -> value != null;
      case ABSENT -> value == null;
    };
  }

  /** The condition in the selector's grammar; the shortest form that says it. */
  @Override
  public String toString() {
    return switch (operator) {
      case IN -> values.size() == 1 ? key + "=" + quoted(values.get(0)) : key + " in " + list();
      case NOT_IN ->
          values.size() == 1 ? key + "!=" + quoted(values.get(0)) : key + " notin " + list();
      case EXISTS -> key;
      case ABSENT -> "!" + key;
    };
  }

  private String list() {
    return values.stream().map(Requirement::quoted).collect(Collectors.joining(",", "(", ")"));
  }

  private static String quoted(String value) {
    boolean plain = !value.isEmpty() && value.codePoints().allMatch(SelectorParser::isPlain);
    return plain ? value : '"' + value.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
