package io.opamp4j.ctl.configs;

import java.util.ArrayList;
import java.util.List;

/**
 * Compares texts line by line in the unified format with three lines of context. Pure. Where too
 * much differs to find the shortest way, everything between the first and the last difference is
 * shown as replaced, which is as true.
 */
final class UnifiedDiff {
  private static final int CONTEXT = 3;
  private static final long MOST_WORK = 4_000_000;
  private static final String NO_NEWLINE = "\n\\ No newline at end of file";

  private record Line(char mark, String text) {}

  private UnifiedDiff() {}

  /**
   * The differences with their heads; empty if there are none.
   *
   * @param from the name before, or {@code /dev/null}
   * @param to the name after, or {@code /dev/null}
   */
  static String of(String from, String before, String to, String after) {
    if (before.equals(after)) {
      return "";
    }
    List<Line> script = script(lines(before), lines(after));
    StringBuilder text = new StringBuilder("--- " + from + "\n+++ " + to + "\n");
    int oldLine = 1;
    int newLine = 1;
    int i = 0;
    while (i < script.size()) {
      int change = i;
      while (change < script.size() && script.get(change).mark() == ' ') {
        change++;
      }
      if (change == script.size()) {
        break;
      }
      int start = Math.max(i, change - CONTEXT);
      oldLine += start - i;
      newLine += start - i;
      int end = endOfHunk(script, change);
      List<Line> hunk = script.subList(start, end);
      int removed = (int) hunk.stream().filter(line -> line.mark() != '+').count();
      int added = (int) hunk.stream().filter(line -> line.mark() != '-').count();
      text.append("@@ -%s +%s @@\n".formatted(range(oldLine, removed), range(newLine, added)));
      hunk.forEach(line -> text.append(line.mark()).append(line.text()).append('\n'));
      oldLine += removed;
      newLine += added;
      i = end;
    }
    return text.toString();
  }

  private static String range(int start, int count) {
    int first = count == 0 ? start - 1 : start;
    return count == 1 ? Integer.toString(first) : first + "," + count;
  }

  /** Behind the context of the last change that is not too far from the one before. */
  private static int endOfHunk(List<Line> script, int change) {
    int end = change;
    for (int i = change; i < script.size() && i - end <= 2 * CONTEXT; i++) {
      if (script.get(i).mark() != ' ') {
        end = i + 1;
      }
    }
    return Math.min(script.size(), end + CONTEXT);
  }

  private static List<Line> script(List<String> before, List<String> after) {
    int head = 0;
    int shorter = Math.min(before.size(), after.size());
    while (head < shorter && before.get(head).equals(after.get(head))) {
      head++;
    }
    int tail = 0;
    while (tail < shorter - head
        && before.get(before.size() - 1 - tail).equals(after.get(after.size() - 1 - tail))) {
      tail++;
    }
    List<Line> script = new ArrayList<>();
    before.subList(0, head).forEach(line -> script.add(new Line(' ', line)));
    addMiddle(
        before.subList(head, before.size() - tail),
        after.subList(head, after.size() - tail),
        script);
    before
        .subList(before.size() - tail, before.size())
        .forEach(line -> script.add(new Line(' ', line)));
    return script;
  }

  /** By the longest common subsequence. */
  private static void addMiddle(List<String> before, List<String> after, List<Line> script) {
    int n = before.size();
    int m = after.size();
    if ((long) n * m > MOST_WORK) {
      before.forEach(line -> script.add(new Line('-', line)));
      after.forEach(line -> script.add(new Line('+', line)));
      return;
    }
    int[][] common = new int[n + 1][m + 1];
    for (int i = n - 1; i >= 0; i--) {
      for (int j = m - 1; j >= 0; j--) {
        common[i][j] =
            before.get(i).equals(after.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    int i = 0;
    int j = 0;
    while (i < n || j < m) {
      if (i < n && j < m && before.get(i).equals(after.get(j))) {
        script.add(new Line(' ', before.get(i)));
        i++;
        j++;
      } else if (i < n && (j == m || common[i + 1][j] >= common[i][j + 1])) {
        script.add(new Line('-', before.get(i++)));
      } else {
        script.add(new Line('+', after.get(j++)));
      }
    }
  }

  private static List<String> lines(String text) {
    if (text.isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
    int last = lines.size() - 1;
    if (lines.get(last).isEmpty()) {
      lines.remove(last);
    } else {
      lines.set(last, lines.get(last) + NO_NEWLINE);
    }
    return lines;
  }
}
