package io.opamp4j.ctl.output;

/** Colours, or none. */
public enum Palette {
  /** Nothing is coloured. */
  NONE,
  /** The eight colours of every terminal. */
  ANSI;

  private static final String RESET = "\u001b[0m";

  /** What a text means. */
  public enum Tone {
    NORMAL(""),
    GOOD("\u001b[32m"),
    BAD("\u001b[31m"),
    WAITING("\u001b[33m"),
    FAINT("\u001b[2m"),
    STRONG("\u001b[1m");

    private final String code;

    Tone(String code) {
      this.code = code;
    }
  }

  /** The text in the colour of its tone. */
  public String paint(String text, Tone tone) {
    return this == NONE || tone == Tone.NORMAL || text.isEmpty() ? text : tone.code + text + RESET;
  }

  /** The tone of an agent's state, a rollout's phase or an order's state. */
  public static Tone toneOf(String state) {
    return switch (state) {
      case "Connected", "Done", "sent", "applied" -> Tone.GOOD;
      case "Error", "Paused", "failed", "RolledBack", "Cancelled" -> Tone.BAD;
      case "Configuring", "Upgrading", "Pending", "Running", "Waiting", "RollingBack", "pending" ->
          Tone.WAITING;
      case "Disconnected" -> Tone.FAINT;
      default -> Tone.NORMAL;
    };
  }

  /** A unified diff with what goes and what comes in colours. */
  public String diff(String unified) {
    if (this == NONE) {
      return unified;
    }
    StringBuilder painted = new StringBuilder();
    for (String line : unified.split("(?<=\n)", -1)) {
      Tone tone =
          line.startsWith("+++") || line.startsWith("---")
              ? Tone.STRONG
              : line.startsWith("+") ? Tone.GOOD : line.startsWith("-") ? Tone.BAD : Tone.NORMAL;
      String text = line.endsWith("\n") ? line.substring(0, line.length() - 1) : line;
      painted.append(paint(text, tone)).append(line.substring(text.length()));
    }
    return painted.toString();
  }
}
