package io.opamp4j.server.fleet;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Picks agents by their labels, in the grammar of Kubernetes' label selectors: conditions separated
 * by commas, all of which must hold.
 *
 * <pre>
 * env=prod            the label has this value ({@code ==} is the same)
 * env!=prod           it has another value, or is missing
 * region in (eu,us)   it has one of the values
 * region notin (eu)   it has none of them, or is missing
 * canary              it is there, whatever its value
 * !canary             it is missing
 * </pre>
 *
 * <p>Keys consist of ASCII letters, digits, {@code . - _ /}. Values may be any text, because
 * attributes of agents are; one with spaces or any of {@code , ( ) = ! < > " ' \} stands in double
 * quotes, where a backslash escapes a quote or a backslash. The empty selector matches every agent.
 * Immutable; two selectors with the same conditions are equal, whatever their order and spelling.
 */
public final class Selector {
  /** The most characters a selector may have. */
  public static final int MAX_LENGTH = 16_384;

  /** Matches every agent. */
  public static final Selector EVERYTHING = new Selector(List.of());

  private final List<Requirement> requirements;

  private Selector(List<Requirement> requirements) {
    this.requirements =
        requirements.stream()
            .distinct()
            .sorted(Comparator.comparing(Requirement::key).thenComparing(Requirement::toString))
            .toList();
  }

  /**
   * Reads a selector.
   *
   * @throws SelectorSyntaxException if the text is not one, naming the column
   */
  public static Selector parse(String text) {
    requireNonNull(text, "text");
    if (text.length() > MAX_LENGTH) {
      throw new SelectorSyntaxException(
          text.codePointCount(0, MAX_LENGTH) + 1,
          "a selector has at most " + MAX_LENGTH + " characters");
    }
    return new Selector(new SelectorParser(text).parse());
  }

  /** Whether all conditions hold for these labels. */
  public boolean matches(Map<String, String> labels) {
    for (Requirement requirement : requirements) {
      if (!requirement.matches(labels)) {
        return false;
      }
    }
    return true;
  }

  /** The first condition that does not hold for these labels; empty if all do. */
  public Optional<String> failing(Map<String, String> labels) {
    return requirements.stream()
        .filter(requirement -> !requirement.matches(labels))
        .map(Requirement::toString)
        .findFirst();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Selector that && requirements.equals(that.requirements);
  }

  @Override
  public int hashCode() {
    return requirements.hashCode();
  }

  /** The canonical text: conditions and values sorted, the shortest spelling of each. */
  @Override
  public String toString() {
    return requirements.stream().map(Requirement::toString).collect(Collectors.joining(","));
  }
}
