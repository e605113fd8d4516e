package io.opamp4j.ctl.configs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class UnifiedDiffTest {
  private static final Pattern HUNK =
      Pattern.compile("@@ -([0-9]+)(?:,([0-9]+))? \\+([0-9]+)(?:,([0-9]+))? @@");

  @Test
  void equalTextsHaveNoDifference() {
    assertThat(UnifiedDiff.of("a", "x\n", "b", "x\n")).isEmpty();
  }

  @Test
  void changesFarApartAreHunksOfTheirOwnWithThreeLinesOfContext() {
    String before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
    String after = before.replace("2\n3", "2\nnew\n3").replace("11\n12\n", "11\n");
    assertThat(UnifiedDiff.of("a/f", before, "b/f", after))
        .isEqualTo(
            """
            --- a/f
            +++ b/f
            @@ -1,5 +1,6 @@
             1
             2
            +new
             3
             4
             5
            @@ -9,4 +10,3 @@
             9
             10
             11
            -12
            """);
  }

  @Test
  void aMissingEndOfTheLastLineIsADifference() {
    assertThat(UnifiedDiff.of("a", "x", "b", "x\n"))
        .isEqualTo("--- a\n+++ b\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
  }

  @Test
  void appliedToTheOldTextItGivesTheNewOne() {
    for (long seed = 0; seed < 2_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      String before = text(random);
      String after = random.nextInt(4) == 0 ? text(random) : changed(before, random);
      String diff = UnifiedDiff.of("a", before, "b", after);
      assertThat(diff.isEmpty() ? before : patched(before, diff))
          .as("seed %d:%n%s", seed, diff)
          .isEqualTo(after);
    }
  }

  @Test
  void textsTooDifferentToCompareAreReplaced() {
    String before = "a\n".repeat(3_000);
    String after = "b\n".repeat(3_000);
    String diff = UnifiedDiff.of("a", "same\n" + before, "b", "same\n" + after);
    assertThat(diff).startsWith("--- a\n+++ b\n@@ -1,3001 +1,3001 @@\n same\n-a\n");
    assertThat(patched("same\n" + before, diff)).isEqualTo("same\n" + after);
  }

  private static String text(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    int lines = random.nextInt(30);
    for (int i = 0; i < lines; i++) {
      text.append((char) ('a' + random.nextInt(5))).append('\n');
    }
    return text + (random.nextInt(3) == 0 ? "end" : "");
  }

  private static String changed(String text, SplittableRandom random) {
    List<String> lines = new ArrayList<>(List.of(text.split("(?<=\n)", -1)));
    for (int i = random.nextInt(4); i >= 0; i--) {
      int at = random.nextInt(lines.size());
      switch (random.nextInt(3)) {
        case 0 -> lines.add(at, "new\n");
        case 1 -> lines.set(at, at == lines.size() - 1 ? "last" : "other\n");
        default -> lines.set(at, "");
      }
    }
    return String.join("", lines);
  }

  /** A reader of its own, that believes the numbers in the heads of hunks. */
  private static String patched(String before, String diff) {
    List<String> old = new ArrayList<>(List.of(before.split("(?<=\n)", -1)));
    old.remove("");
    List<String> result = new ArrayList<>();
    int read = 0;
    String[] lines = diff.split("(?<=\n)", -1);
    for (int i = 2; i < lines.length; i++) {
      String line = lines[i];
      Matcher hunk = HUNK.matcher(line.strip());
      if (hunk.matches()) {
        boolean empty = "0".equals(hunk.group(2));
        int start = Integer.parseInt(hunk.group(1)) - (empty ? 0 : 1);
        while (read < start) {
          result.add(old.get(read++));
        }
        boolean noNew = "0".equals(hunk.group(4));
        assertThat(Integer.parseInt(hunk.group(3)) - (noNew ? 0 : 1)).isEqualTo(result.size());
      } else if (line.startsWith("\\")) {
        String above = lines[i - 1];
        if (!above.startsWith("-")) {
          int last = result.size() - 1;
          result.set(last, result.get(last).replace("\n", ""));
        }
      } else if (!line.isEmpty()) {
        if (line.charAt(0) != '+') {
          assertThat(old.get(read).replace("\n", ""))
              .isEqualTo(line.substring(1).replace("\n", ""));
          read++;
        }
        if (line.charAt(0) != '-') {
          result.add(line.substring(1));
        }
      }
    }
    while (read < old.size()) {
      result.add(old.get(read++));
    }
    return String.join("", result);
  }
}
