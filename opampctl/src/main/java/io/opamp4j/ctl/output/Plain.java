package io.opamp4j.ctl.output;

/** Makes text of others fit for a terminal. Pure. */
public final class Plain {
  private Plain() {}

  /** On one line: control characters, which a terminal would obey, are shown instead. */
  public static String line(String text) {
    return shown(text, false);
  }

  /** The same for text of several lines, which keeps their ends and its tabs. */
  public static String lines(String text) {
    return shown(text, true);
  }

  private static String shown(String text, boolean severalLines) {
    if (text.chars().noneMatch(c -> Character.isISOControl(c) || isSteering(c))) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (severalLines && (c == '\n' || c == '\t')) {
        shown.append(c);
      } else if (c == '\n') {
        shown.append("\\n");
      } else if (c == '\t') {
        shown.append("\\t");
      } else if (Character.isISOControl(c) || isSteering(c)) {
        shown.append("\\u%04x".formatted((int) c));
      } else {
        shown.append(c);
      }
    }
    return shown.toString();
  }

  /** Marks that turn the direction of the text around them, or separate lines. */
  private static boolean isSteering(int c) {
    return (c >= 0x202a && c <= 0x202e)
        || (c >= 0x2066 && c <= 0x2069)
        || c == 0x2028
        || c == 0x2029;
  }
}
