package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * What is wrong with one field of what an operator wrote.
 *
 * @param field its path, such as {@code files["collector.yaml"].body}; see {@link #member}
 * @param message what is wrong, in plain words
 * @param column where in the field's text, in characters from 1; empty if it is not about a place
 */
public record FieldProblem(String field, String message, OptionalInt column) {
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  public FieldProblem {
    requireNonNull(field, "field");
    requireNonNull(message, "message");
    requireNonNull(column, "column");
  }

  /** A problem of the field as a whole. */
  public FieldProblem(String field, String message) {
    this(field, message, OptionalInt.empty());
  }

  /**
   * The path of a member: {@code path.name}, or {@code path["name"]} if the name is no identifier.
   *
   * @param path of the object; empty for the outermost
   */
  public static String member(String path, String name) {
    if (!IDENTIFIER.matcher(name).matches()) {
      return path + "[\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"]";
    }
    return path.isEmpty() ? name : path + "." + name;
  }
}
