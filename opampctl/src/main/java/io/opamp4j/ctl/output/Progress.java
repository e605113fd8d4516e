package io.opamp4j.ctl.output;

import java.io.PrintStream;

/**
 * One line that changes. On a terminal it is drawn over itself; elsewhere each change is a line.
 * {@link #end} may be called by another thread, when the process is told to stop.
 */
public final class Progress {
  private static final int BAR = 24;
  private static final String ERASE = "\r\u001b[K";

  private final PrintStream out;
  private final boolean terminal;
  private final int width;
  private String last = "";

  /**
   * @param terminal whether the stream is one
   * @param width of the terminal, in columns
   */
  public Progress(PrintStream out, boolean terminal, int width) {
    this.out = out;
    this.terminal = terminal;
    this.width = width;
  }

  /**
   * Shows how far it has come.
   *
   * @param done of {@code total}
   * @param failed of {@code total}, beside those done
   * @param text in words
   */
  public synchronized void show(long done, long failed, long total, String text) {
    String line = Plain.line(text);
    if (terminal) {
      line = bar(done, failed, total) + " " + line;
      line = line.length() < width ? line : line.substring(0, Math.max(0, width - 1));
    }
    if (line.equals(last)) {
      return;
    }
    last = line;
    out.print(terminal ? ERASE + line : line + System.lineSeparator());
    out.flush();
  }

  /** Leaves the line as it is and goes on below it. */
  public synchronized void end() {
    if (terminal && !last.isEmpty()) {
      out.println();
      out.flush();
    }
    last = "";
  }

  /** Such as {@code [#######!!......]}. Never full before everything is done. */
  static String bar(long done, long failed, long total) {
    int good = part(done, total);
    int bad = Math.min(BAR - good, failed > 0 ? Math.max(1, part(failed, total)) : 0);
    return "[" + "#".repeat(good) + "!".repeat(bad) + ".".repeat(BAR - good - bad) + "]";
  }

  private static int part(long some, long total) {
    if (total <= 0) {
      return 0;
    }
    return (int) Math.max(0, Math.min(BAR, BAR * (double) some / total));
  }
}
