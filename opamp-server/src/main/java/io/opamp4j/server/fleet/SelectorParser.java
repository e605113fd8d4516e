package io.opamp4j.server.fleet;

import io.opamp4j.server.fleet.Requirement.Operator;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the grammar of {@link Selector}, left to right without backtracking, so that the first
 * character that cannot be right is the one reported. One instance reads one text.
 */
final class SelectorParser {
  private final String text;
  private int at;

  SelectorParser(String text) {
    this.text = text;
  }

  /** Whether a value may contain this character without being quoted. */
  static boolean isPlain(int c) {
    return !isSpace(c) && !Character.isISOControl(c) && ",()=!<>\"'\\".indexOf(c) < 0;
  }

  List<Requirement> parse() {
    List<Requirement> requirements = new ArrayList<>();
    skipSpaces();
    if (ended()) {
      return requirements;
    }
    while (true) {
      requirements.add(requirement());
      skipSpaces();
      if (ended()) {
        return requirements;
      }
      if (peek() != ',') {
        throw expected("',' or the end");
      }
      at++;
      skipSpaces();
    }
  }

  private Requirement requirement() {
    if (!ended() && peek() == '!') {
      at++;
      skipSpaces();
      return new Requirement(key(), Operator.ABSENT, List.of());
    }
    String key = key();
    skipSpaces();
    if (ended() || peek() == ',') {
      return new Requirement(key, Operator.EXISTS, List.of());
    }
    if (accept("==") || accept("=")) {
      return new Requirement(key, Operator.IN, List.of(singleValue()));
    }
    if (accept("!=")) {
      return new Requirement(key, Operator.NOT_IN, List.of(singleValue()));
    }
    if (acceptWord("in")) {
      return new Requirement(key, Operator.IN, valueList());
    }
    if (acceptWord("notin")) {
      return new Requirement(key, Operator.NOT_IN, valueList());
    }
    throw expected("'=', '==', '!=', 'in', 'notin' or ',' after '" + key + "'");
  }

  private String key() {
    int start = at;
    while (!ended() && isKeyCharacter(peek())) {
      at++;
    }
    if (at == start) {
      throw expected("a key (letters, digits, '.', '-', '_' and '/')");
    }
    return text.substring(start, at);
  }

  /** What follows {@code =} or {@code !=}; nothing stands for the empty value. */
  private String singleValue() {
    skipSpaces();
    return ended() || peek() == ',' ? "" : value();
  }

  private List<String> valueList() {
    skipSpaces();
    if (ended() || peek() != '(') {
      throw expected("'('");
    }
    List<String> values = new ArrayList<>();
    do {
      at++;
      skipSpaces();
      values.add(value());
      skipSpaces();
    } while (!ended() && peek() == ',');
    if (ended() || peek() != ')') {
      throw expected("',' or ')'");
    }
    at++;
    return values;
  }

  private String value() {
    if (!ended() && peek() == '"') {
      return quotedValue();
    }
    int start = at;
    while (!ended() && isPlain(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
    if (at == start) {
      throw expected("a value (in double quotes if it is empty or has special characters)");
    }
    return text.substring(start, at);
  }

  private String quotedValue() {
    int opening = at++;
    StringBuilder value = new StringBuilder();
    while (!ended() && peek() != '"') {
      if (peek() == '\\') {
        at++;
        if (ended() || (peek() != '"' && peek() != '\\')) {
          throw expected("'\"' or '\\' after '\\'");
        }
      }
      value.append(peek());
      at++;
    }
    if (ended()) {
      throw error(opening, "this quote is never closed");
    }
    at++;
    return value.toString();
  }

  private static boolean isKeyCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '-'
        || c == '_'
        || c == '/';
  }

  private static boolean isSpace(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  private boolean accept(String symbol) {
    if (!text.startsWith(symbol, at)) {
      return false;
    }
    at += symbol.length();
    return true;
  }

  private boolean acceptWord(String word) {
    int end = at + word.length();
    boolean whole = end >= text.length() || !isKeyCharacter(text.charAt(end));
    return whole && accept(word);
  }

  private void skipSpaces() {
    while (!ended() && isSpace(peek())) {
      at++;
    }
  }

  private boolean ended() {
    return at >= text.length();
  }

  private char peek() {
    return text.charAt(at);
  }

  private SelectorSyntaxException expected(String what) {
    String found = ended() ? "the end" : "'" + Character.toString(text.codePointAt(at)) + "'";
    return error(at, "expected " + what + ", found " + found);
  }

  private SelectorSyntaxException error(int index, String problem) {
    return new SelectorSyntaxException(text.codePointCount(0, index) + 1, problem);
  }
}
