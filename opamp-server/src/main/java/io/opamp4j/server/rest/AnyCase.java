package io.opamp4j.server.rest;

import static java.util.Objects.requireNonNull;

/**
 * A text that is looked for in others, upper or lower case, as {@link String#equalsIgnoreCase}
 * takes characters for equal. A search looks through every value of every agent, nearly all of them
 * in vain, so most characters are done with one or two comparisons.
 */
final class AnyCase {
  /** Is in everything. */
  static final AnyCase NOTHING = new AnyCase("");

  private static final int ASCII = 0x80;

  private final String text;

  /** The first character, folded, and its other form; only ASCII is compared with these. */
  private final char first;

  private final char firstUpper;

  AnyCase(String text) {
    this.text = requireNonNull(text, "text");
    this.first = text.isEmpty() ? 0 : folded(text.charAt(0));
    this.firstUpper = Character.toUpperCase(first);
  }

  boolean isEmpty() {
    return text.isEmpty();
  }

  /** Whether the value contains the text. */
  boolean isIn(String value) {
    if (text.isEmpty()) {
      return true;
    }
    int last = value.length() - text.length();
    for (int at = 0; at <= last; at++) {
      if (mayBegin(value.charAt(at)) && value.regionMatches(true, at, text, 0, text.length())) {
        return true;
      }
    }
    return false;
  }

  private boolean mayBegin(char c) {
    return c < ASCII ? c == first || c == firstUpper : folded(c) == first;
  }

  /** By way of upper case, as the JDK does: some letters share only that. */
  private static char folded(char c) {
    return Character.toLowerCase(Character.toUpperCase(c));
  }
}
