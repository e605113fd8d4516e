package io.opamp4j.distribution;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a conformance matrix and says all that is wrong with it. */
final class Conformance {
  /** Topics, and single rows of others, that nobody has promised yet for the server. */
  private static final Set<String> LATER_ON_SERVER =
      Set.of("PKG", "CONN", "TOFU", "ROFU", "CSR", "OWN", "AUTH", "SEC", "E-59");

  /** What a library cannot do for those who embed it; everything else takes a test. */
  private static final Set<String> OF_APPLICATIONS =
      Set.of(
          "COMP-09", "OWN-06", "OWN-07", "OWN-08", "OWN-09", "OWN-10", "OWN-11", "SEC-02", "SEC-03",
          "SEC-04", "SEC-05");

  private static final String LATER = "later";
  private static final String APPLICATION = "application";
  private static final String UNBOUND = "-";
  private static final Pattern ROW = Pattern.compile("\\|\\s*([A-Z]+-\\d+)\\s*\\|.*");

  private final Map<String, Requirement> requirements = new LinkedHashMap<>();
  private final TestSources sources;
  private final List<String> problems = new ArrayList<>();

  /**
   * One requirement of the protocol, or one ruling.
   *
   * @param level its weight in the specification; {@code ruling} for a ruling
   * @param side whom it binds: {@code S}, {@code C} or {@code S,C}
   */
  private record Requirement(String level, String side) {
    boolean isRuling() {
      return level.equals("ruling");
    }
  }

  /**
   * @param requirements lines of the form {@code id|level|side}; {@code #} begins a comment
   */
  Conformance(List<String> requirements, TestSources sources) {
    for (String line : requirements) {
      if (!line.isBlank() && !line.startsWith("#")) {
        String[] parts = line.split("\\|", -1);
        if (this.requirements.put(parts[0], new Requirement(parts[1], parts[2])) != null) {
          throw new IllegalArgumentException("required twice: " + line);
        }
      }
    }
    this.sources = sources;
  }

  /** Everything that is wrong with a matrix, in its order. */
  List<String> problemsOf(List<String> matrix) {
    problems.clear();
    Map<String, Integer> seen = new LinkedHashMap<>();
    for (String line : matrix) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        seen.merge(row.group(1), 1, Integer::sum);
        checkRow(row.group(1), line);
      }
    }
    seen.forEach(
        (id, times) -> {
          if (times > 1) {
            problems.add(id + ": has " + times + " rows");
          }
        });
    for (String id : requirements.keySet()) {
      if (!seen.containsKey(id)) {
        problems.add(id + ": has no row");
      }
    }
    return List.copyOf(problems);
  }

  private void checkRow(String id, String line) {
    Requirement required = requirements.get(id);
    if (required == null) {
      problems.add(id + ": is not a requirement");
      return;
    }
    List<String> cells = cells(line);
    int width = required.isRuling() ? 5 : 6;
    if (cells.size() != width) {
      problems.add(id + ": has " + cells.size() + " cells, not " + width);
      return;
    }
    if (!required.isRuling() && !cells.get(1).equals(required.level)) {
      problems.add(id + ": its level is " + required.level);
    }
    if (!cells.get(width - 4).equals(required.side)) {
      problems.add(id + ": its side is " + required.side);
    }
    if (cells.get(width - 3).isEmpty()) {
      problems.add(id + ": says nothing");
    }
    String server = cells.get(width - 2);
    String client = cells.get(width - 1);
    checkTests(id, "server", required.side.contains("S"), isAmong(LATER_ON_SERVER, id), server);
    if (client.equals(APPLICATION) && required.side.contains("C")) {
      if (!OF_APPLICATIONS.contains(id)) {
        problems.add(id + ": client: binds the library, so the cell must name a test");
      }
    } else {
      checkTests(id, "client", required.side.contains("C"), false, client);
    }
  }

  private void checkTests(String id, String side, boolean bound, boolean mayBeLater, String cell) {
    String where = id + ": " + side + ": ";
    if (!bound) {
      if (!cell.equals(UNBOUND)) {
        problems.add(where + "is not bound, so the cell must be " + UNBOUND);
      }
    } else if (cell.isEmpty() || cell.equals(UNBOUND)) {
      problems.add(where + "names no test");
    } else if (cell.equals(LATER)) {
      if (!mayBeLater) {
        problems.add(where + "must name a test now");
      }
    } else {
      for (String test : cell.split(",\\s*", -1)) {
        String objection = sources.objection(test);
        if (!objection.isEmpty()) {
          problems.add(where + (test + " " + objection).strip());
        }
      }
    }
  }

  private static boolean isAmong(Set<String> rowsAndTopics, String id) {
    return rowsAndTopics.contains(id) || rowsAndTopics.contains(id.substring(0, id.indexOf('-')));
  }

  private static List<String> cells(String line) {
    String trimmed = line.strip();
    String inner = trimmed.substring(1, trimmed.length() - (trimmed.endsWith("|") ? 1 : 0));
    List<String> cells = new ArrayList<>();
    for (String cell : inner.split("\\|", -1)) {
      cells.add(cell.strip());
    }
    return cells;
  }
}
