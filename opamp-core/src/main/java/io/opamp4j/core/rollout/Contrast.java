package io.opamp4j.core.rollout;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What failing agents have in common that the successful have not. Looks at one attribute at a time
 * and compares how often its value occurs on either side.
 *
 * <p>The score is the log-likelihood ratio G = 2 &Sigma; n ln(n / e) over the four numbers of the
 * comparison, with e what would be expected if the attribute had nothing to do with the failures.
 * It grows with the difference of the two shares and with the number of agents it rests on, so that
 * a value that all of twenty failing agents share is worth more than one that both of two do.
 *
 * <p>Two rules keep accidents out. A value must be held by two failing agents at least: the host
 * name of the only failing agent separates perfectly and says nothing. And the more values there
 * are to compare, the higher the score must be: only what would happen by accident less than once
 * in ten comparisons of this kind is told. A few agents therefore prove little, and often nothing
 * is found.
 */
public final class Contrast {
  private static final Comparator<Trait> MOST_SEPARATING_FIRST =
      Comparator.comparingDouble(Trait::score)
          .reversed()
          .thenComparing(Trait::key)
          .thenComparing(Trait::value);

  private Contrast() {}

  private record Attribute(String key, String value) {}

  /**
   * Compares.
   *
   * @param failing the attributes of each failing agent: labels, versions, and what else may
   *     matter, such as the presence of a component
   * @param successful those of each agent that has the version and is well
   * @param most how many traits are wanted at most
   * @return most separating first, ties by key and value; empty if nothing stands out
   */
  public static List<Trait> of(
      Collection<Map<String, String>> failing,
      Collection<Map<String, String>> successful,
      int most) {
    Map<Attribute, Integer> failingWith = count(failing);
    failingWith.values().removeIf(agents -> agents < 2);
    Map<Attribute, Integer> successfulWith = count(successful);
    List<Trait> traits = new ArrayList<>();
    failingWith.forEach(
        (attribute, agents) -> {
          int others = successfulWith.getOrDefault(attribute, 0);
          // By cross-multiplication: the share among the failing is the larger one.
          if ((long) agents * successful.size() > (long) others * failing.size()) {
            traits.add(
                new Trait(
                    attribute.key,
                    attribute.value,
                    agents,
                    failing.size(),
                    others,
                    successful.size(),
                    score(agents, failing.size(), others, successful.size())));
          }
        });
    double least = 2 * Math.log(10.0 * Math.max(1, failingWith.size()));
    return traits.stream()
        .filter(trait -> trait.score() > least)
        .sorted(MOST_SEPARATING_FIRST)
        .limit(most)
        .toList();
  }

  private static Map<Attribute, Integer> count(Collection<Map<String, String>> agents) {
    Map<Attribute, Integer> counts = new HashMap<>();
    for (Map<String, String> agent : agents) {
      agent.forEach((key, value) -> counts.merge(new Attribute(key, value), 1, Integer::sum));
    }
    return counts;
  }

  private static double score(int failingWith, int failing, int successfulWith, int successful) {
    double all = (double) failing + successful;
    double with = (double) failingWith + successfulWith;
    double without = all - with;
    return 2
        * (term(failingWith, failing * with / all)
            + term(failing - failingWith, failing * without / all)
            + term(successfulWith, successful * with / all)
            + term(successful - successfulWith, successful * without / all));
  }

  private static double term(int seen, double expected) {
    return seen == 0 ? 0 : seen * Math.log(seen / expected);
  }
}
