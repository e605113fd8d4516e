package io.opamp4j.server.fleet;

import java.util.List;
import java.util.Optional;

/**
 * Why an agent gets the configuration it gets.
 *
 * @param candidates every configuration that matches, and a bounded number of those that do not;
 *     the matching ones first, each in the order in which they are preferred
 * @param tied names of configurations with the same, highest priority, of which the first was
 *     chosen merely because of its name; empty if there is no tie
 * @param unmatched how many do not match, whether they are among the candidates or not
 */
public record TargetExplanation(List<Candidate> candidates, List<String> tied, int unmatched) {
  /** There are no configurations. */
  public static final TargetExplanation NONE = new TargetExplanation(List.of(), List.of(), 0);

  public TargetExplanation {
    candidates = List.copyOf(candidates);
    tied = List.copyOf(tied);
  }

  /**
   * A configuration that the agent gets or does not get.
   *
   * @param ref name and version
   * @param priority the highest wins
   * @param selector the canonical text
   * @param chosen whether it is the agent's
   * @param failed the first condition of the selector that does not hold; empty if it matches
   */
  public record Candidate(
      ConfigurationRef ref,
      int priority,
      String selector,
      boolean chosen,
      Optional<String> failed) {}
}
