package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

/**
 * A named part of a rollout. Who belongs to it is decided outside, by selectors.
 *
 * @param name as the operator calls it; not empty
 * @param pacing how fast its agents get their turn
 */
public record Stage(String name, Pacing pacing) {
  public Stage {
    requireNonNull(pacing, "pacing");
    if (name.isBlank()) {
      throw new IllegalArgumentException("a stage needs a name");
    }
  }
}
