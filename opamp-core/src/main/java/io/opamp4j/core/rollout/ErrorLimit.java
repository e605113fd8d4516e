package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

/**
 * How many errors stop a rollout.
 *
 * @param unit what {@code value} counts
 * @param value the rollout pauses as soon as there are this many errors; at least 1
 */
public record ErrorLimit(Unit unit, int value) {
  /** The first error pauses. */
  public static final ErrorLimit FIRST = new ErrorLimit(Unit.AGENTS, 1);

  /** What the limit is measured in. */
  public enum Unit {
    /** Agents that failed. */
    AGENTS,
    /** Agents that failed, in hundredths of the agents that were given the version so far. */
    PERCENT
  }

  public ErrorLimit {
    requireNonNull(unit, "unit");
    int most = unit == Unit.AGENTS ? Faults.MOST : 100;
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(
          "an error limit in %s is between 1 and %d, not %d".formatted(unit, most, value));
    }
  }

  /** Pauses at this many errors. */
  public static ErrorLimit agents(int errors) {
    return new ErrorLimit(Unit.AGENTS, errors);
  }

  /** Pauses when the errors are this part of the agents that were given the version, or more. */
  public static ErrorLimit percent(int percent) {
    return new ErrorLimit(Unit.PERCENT, percent);
  }

  /**
   * Whether that is too much.
   *
   * @param given how many agents the steps have given the version so far
   */
  public boolean isReachedBy(long errors, long given) {
    if (errors <= 0) {
      return false;
    }
    return unit == Unit.AGENTS ? errors >= value : errors * 100 >= value * given;
  }

  /** Such as {@code "5 %"}. */
  @Override
  public String toString() {
    return unit == Unit.AGENTS ? Integer.toString(value) : value + " %";
  }
}
