package io.opamp4j.core.client;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * Why a {@link PackageTask} failed.
 *
 * @param reason for people, without secrets
 * @param passing whether another attempt may succeed, as after a broken connection
 * @param advanced whether the attempt brought the download a good deal forward, so that it does not
 *     count against it
 * @param retryAfter what the server asked to wait; zero if it asked for nothing
 */
public record PackageFailure(
    String reason, boolean passing, boolean advanced, Duration retryAfter) {
  private static final int LONGEST_REASON = 1000;

  public PackageFailure {
    if (reason.length() > LONGEST_REASON) {
      reason = reason.substring(0, LONGEST_REASON);
    }
    requireNonNull(retryAfter, "retryAfter");
  }

  /** One that no further attempt can mend. */
  public static PackageFailure lasting(String reason) {
    return new PackageFailure(reason, false, false, Duration.ZERO);
  }

  /** One that another attempt may mend. */
  public static PackageFailure passing(String reason) {
    return new PackageFailure(reason, true, false, Duration.ZERO);
  }
}
