package io.opamp4j.ctl.output;

import io.opamp4j.ctl.output.Palette.Tone;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows in columns as wide as they have to be. Cells are text of others: what a terminal would obey
 * is shown instead. Not for several threads.
 */
public final class Table {
  private static final String GAP = "   ";

  private final List<String> heads;
  private final List<List<Cell>> rows = new ArrayList<>();

  private record Cell(String text, Tone tone) {
    int width() {
      return text.codePointCount(0, text.length());
    }
  }

  /** A table with these heads of columns. */
  public Table(String... heads) {
    this.heads = List.of(heads);
  }

  /** Adds a row. States and phases are coloured by their name, empty cells become a dash. */
  public Table row(Object... cells) {
    if (cells.length != heads.size()) {
      throw new IllegalArgumentException(cells.length + " cells in " + heads.size() + " columns");
    }
    rows.add(Arrays.stream(cells).map(Table::cell).toList());
    return this;
  }

  /** Whether there is no row. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /** The table, every line ended; heads alone if it is empty. */
  public String render(Palette palette) {
    List<List<Cell>> lines = new ArrayList<>();
    lines.add(heads.stream().map(head -> new Cell(head, Tone.FAINT)).toList());
    lines.addAll(rows);
    int[] widths = new int[heads.size()];
    for (List<Cell> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], line.get(i).width());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<Cell> line : lines) {
      text.append(rendered(line, widths, palette)).append('\n');
    }
    return text.toString();
  }

  private static String rendered(List<Cell> line, int[] widths, Palette palette) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      Cell cell = line.get(i);
      text.append(palette.paint(cell.text(), cell.tone()));
      if (i < widths.length - 1) {
        text.append(" ".repeat(widths[i] - cell.width())).append(GAP);
      }
    }
    return text.toString();
  }

  private static Cell cell(Object value) {
    String text = Plain.line(value.toString());
    return text.isEmpty() ? new Cell("-", Tone.FAINT) : new Cell(text, Palette.toneOf(text));
  }
}
