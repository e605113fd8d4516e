package io.opamp4j.ctl.output;

import java.util.ArrayList;
import java.util.List;

/** Names and values below each other, with empty values left out. Not for several threads. */
public final class Facts {
  private final List<String[]> facts = new ArrayList<>();

  /** Adds a fact, unless the value is empty. */
  public Facts with(String name, Object value) {
    if (!value.toString().isEmpty()) {
      facts.add(new String[] {name, Plain.line(value.toString())});
    }
    return this;
  }

  /** Every fact on a line of its own. */
  public String render(Palette palette) {
    int width = facts.stream().mapToInt(fact -> fact[0].length()).max().orElse(0);
    StringBuilder text = new StringBuilder();
    for (String[] fact : facts) {
      text.append(palette.paint(fact[0] + ":", Palette.Tone.FAINT))
          .append(" ".repeat(width - fact[0].length() + 2))
          .append(palette.paint(fact[1], Palette.toneOf(fact[1])))
          .append('\n');
    }
    return text.toString();
  }
}
