package io.opamp4j.server.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Guesses what somebody meant who wrote a name that does not exist. */
final class Suggestions {
  private static final int LONGEST_NAME = 100;

  private Suggestions() {}

  /**
   * The known name nearest to the one given, ignoring case and punctuation; or the only known name
   * that ends in it ({@code port} for {@code server.port}); or empty when nothing is near.
   */
  static Optional<String> nearest(String name, Collection<String> known) {
    String wanted = plain(name);
    if (wanted.isEmpty() || wanted.length() > LONGEST_NAME) {
      return Optional.empty();
    }
    int furthest = Math.max(1, wanted.length() / 4);
    Optional<String> near =
        known.stream()
            .filter(k -> distance(wanted, plain(k)) <= furthest)
            .min(
                Comparator.comparingInt((String k) -> distance(wanted, plain(k)))
                    .thenComparing(Comparator.naturalOrder()));
    if (near.isPresent()) {
      return near;
    }
    var endings =
        known.stream()
            .filter(k -> wanted.length() >= 3 && plain(k).endsWith(wanted))
            .limit(2)
            .toList();
    return endings.size() == 1 ? Optional.of(endings.get(0)) : Optional.empty();
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
  }

  /**
   * Single-character insertions, deletions, substitutions and swaps of neighbours that turn one
   * text into the other (optimal string alignment).
   */
  static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int best = cost[i - 1][j - 1] + (same ? 0 : 1);
        best = Math.min(best, cost[i - 1][j] + 1);
        best = Math.min(best, cost[i][j - 1] + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          best = Math.min(best, cost[i - 2][j - 2] + 1);
        }
        cost[i][j] = best;
      }
    }
    return cost[a.length()][b.length()];
  }
}
