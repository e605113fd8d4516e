package io.opamp4j.core.rollout;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * Why an agent counts as failed.
 *
 * @param kind how it failed
 * @param at when
 * @param text in plain words, shortened if long; never empty
 */
public record Failure(Kind kind, Instant at, String text) {
  private static final int LONGEST = 200;

  public Failure {
    requireNonNull(kind, "kind");
    requireNonNull(at, "at");
    if (text.length() > LONGEST) {
      int end = Character.isHighSurrogate(text.charAt(LONGEST - 2)) ? LONGEST - 2 : LONGEST - 1;
      text = text.substring(0, end) + "…";
    }
  }

  Failure with(String other) {
    return new Failure(kind, at, other);
  }

  /** How an agent can fail. */
  public enum Kind {
    /** It reported FAILED for the version. */
    REPORTED,
    /** It became unhealthy soon after it had applied the version. */
    UNHEALTHY,
    /** It did not apply the version and become healthy in time. */
    NO_RESULT,
    /**
     * It had reported FAILED for the version before its turn came. It is not offered again, but it
     * is no error of this rollout.
     */
    EARLIER;

    /** Whether it counts for the error limit. */
    public boolean isError() {
      return this != EARLIER;
    }
  }
}
