package io.opamp4j.server.fleet;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What operators may use as labels. Keys are those of Kubernetes, all of which a {@link Selector}
 * can name: letters, digits, {@code .}, {@code _} and {@code -}, with a letter or digit at both
 * ends, at most 63, perhaps after a prefix that is a DNS name and a slash. Values are any text of
 * one line, as attributes of agents are. Pure.
 */
public final class LabelRules {
  /** The most labels that operators may give one agent. */
  public static final int MOST = 64;

  /** The longest value, in characters. */
  public static final int LONGEST_VALUE = 255;

  private static final int LONGEST_NAME = 63;
  private static final int LONGEST_PREFIX = 253;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?");
  private static final Pattern PREFIX =
      Pattern.compile("[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*");

  private LabelRules() {}

  /**
   * What is wrong with these labels, one problem for each; empty if nothing is.
   *
   * @param field where they stand, such as {@code labels}
   */
  public static List<FieldProblem> problems(String field, Map<String, @Nullable String> labels) {
    List<FieldProblem> problems = new ArrayList<>();
    if (labels.size() > MOST) {
      problems.add(new FieldProblem(field, "has more than " + MOST + " labels"));
      return problems;
    }
    labels.forEach(
        (key, value) -> {
          String path = FieldProblem.member(field, key);
          if (!isKey(key)) {
            problems.add(
                new FieldProblem(
                    path,
                    "is not a key: 1 to 63 letters, digits, '.', '_' or '-' with a letter or digit"
                        + " at both ends, perhaps after a DNS name and '/'"));
          } else if (value == null) {
            problems.add(new FieldProblem(path, "must be text, not null"));
          } else if (!isValue(value)) {
            problems.add(
                new FieldProblem(
                    path, "must be one line of text of at most " + LONGEST_VALUE + " characters"));
          }
        });
    return problems;
  }

  /** Whether this may be the key of a label. */
  public static boolean isKey(String text) {
    int slash = text.indexOf('/');
    String name = text.substring(slash + 1);
    boolean prefixFits =
        slash < 0
            || (slash <= LONGEST_PREFIX && PREFIX.matcher(text.substring(0, slash)).matches());
    return prefixFits && name.length() <= LONGEST_NAME && NAME.matcher(name).matches();
  }

  private static boolean isValue(String text) {
    return text.length() <= LONGEST_VALUE
        && text.chars().noneMatch(Character::isISOControl)
        && StandardCharsets.UTF_8.newEncoder().canEncode(text);
  }
}
