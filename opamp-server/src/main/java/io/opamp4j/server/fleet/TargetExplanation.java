package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * Why an agent gets the configuration it gets.
 *
 * @param candidates the one that the agent is pinned to, every configuration that matches, and a
 *     bounded number of those that do not; in this order, else each in the order in which they are
 *     preferred
 * @param tied names of configurations with the same, highest priority, of which the first was
 *     chosen merely because of its name; empty if there is no tie
 * @param unmatched how many do not match, whether they are among the candidates or not
 * @param pin what the agent is pinned to; empty if nothing
 */
public record TargetExplanation(
    List<Candidate> candidates, List<String> tied, int unmatched, Optional<Pinned> pin) {
  /** There are no configurations. */
  public static final TargetExplanation NONE =
      new TargetExplanation(List.of(), List.of(), 0, Optional.empty());

  public TargetExplanation {
    candidates = List.copyOf(candidates);
    tied = List.copyOf(tied);
    requireNonNull(pin, "pin");
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

  /**
   * What became of the agent's pin.
   *
   * @param pin as the operator gave it
   * @param failed why the agent cannot get that, and so is left as it is; empty if it can
   */
  public record Pinned(Pin pin, Optional<String> failed) {}
}
