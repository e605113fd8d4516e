package io.opamp4j.server.fleet;

/** The text of a selector cannot be read. The message says what was expected, and where. */
public final class SelectorSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final int position;

  SelectorSyntaxException(int position, String problem) {
    super("column " + position + ": " + problem);
    this.position = position;
  }

  /**
   * The column at fault, counted in characters (Unicode code points) from 1; one past the end if
   * the text ends too early.
   */
  public int position() {
    return position;
  }
}
