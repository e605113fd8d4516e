package io.opamp4j.server.transport.ws;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One element of {@code Sec-WebSocket-Extensions} (RFC 6455, section 9.1). Pure.
 *
 * @param name which extension
 * @param parameters in the order they were written; a name may come more than once
 */
record ExtensionOffer(String name, List<Parameter> parameters) {
  ExtensionOffer {
    parameters = List.copyOf(parameters);
  }

  /**
   * @param value without its quotes; empty if the parameter has none
   */
  record Parameter(String name, Optional<String> value) {}

  /**
   * Reads all headers of a request as one list. A list that breaks the grammar offers nothing: the
   * agent is served without extensions rather than turned away.
   */
  static List<ExtensionOffer> read(List<String> headers) {
    List<ExtensionOffer> offers = new ArrayList<>();
    Scanner in = new Scanner(String.join(",", headers));
    do {
      // RFC 9110, 5.6.1: empty elements count for nothing.
      if (in.atEnd() || in.at(',')) {
        continue;
      }
      Optional<ExtensionOffer> offer = one(in);
      if (offer.isEmpty()) {
        return List.of();
      }
      offers.add(offer.get());
    } while (in.skip(','));
    return in.atEnd() ? offers : List.of();
  }

  private static Optional<ExtensionOffer> one(Scanner in) {
    String name = in.token();
    List<Parameter> parameters = new ArrayList<>();
    while (name != null && in.skip(';')) {
      String parameter = in.token();
      boolean hasValue = parameter != null && in.skip('=');
      String value = hasValue ? in.value() : null;
      if (parameter == null || (hasValue && value == null)) {
        return Optional.empty();
      }
      parameters.add(new Parameter(parameter, Optional.ofNullable(value)));
    }
    return name == null ? Optional.empty() : Optional.of(new ExtensionOffer(name, parameters));
  }

  /** Reads from left to right; skips blanks before whatever it is asked for. */
  private static final class Scanner {
    private static final String MARKS = "!#$%&'*+-.^_`|~";

    private final String text;
    private int position;

    Scanner(String text) {
      this.text = text;
    }

    boolean atEnd() {
      skipBlanks();
      return position == text.length();
    }

    boolean at(char wanted) {
      return !atEnd() && text.charAt(position) == wanted;
    }

    boolean skip(char wanted) {
      boolean there = at(wanted);
      position += there ? 1 : 0;
      return there;
    }

    /** A token; null if there is none. */
    @Nullable String token() {
      skipBlanks();
      int start = position;
      while (position < text.length() && isTokenCharacter(text.charAt(position))) {
        position++;
      }
      return start == position ? null : text.substring(start, position);
    }

    /** A token, quoted or not: quotes may hold nothing else here. Null if there is none. */
    @Nullable String value() {
      if (!skip('"')) {
        return token();
      }
      StringBuilder value = new StringBuilder();
      while (position < text.length() && text.charAt(position) != '"') {
        if (text.charAt(position) == '\\' && ++position == text.length()) {
          return null;
        }
        char next = text.charAt(position++);
        if (!isTokenCharacter(next)) {
          return null;
        }
        value.append(next);
      }
      return position++ == text.length() || value.isEmpty() ? null : value.toString();
    }

    private void skipBlanks() {
      while (position < text.length()
          && (text.charAt(position) == ' ' || text.charAt(position) == '\t')) {
        position++;
      }
    }

    private static boolean isTokenCharacter(char c) {
      return (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || MARKS.indexOf(c) >= 0;
    }
  }
}
