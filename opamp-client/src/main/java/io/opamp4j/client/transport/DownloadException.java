package io.opamp4j.client.transport;

import static java.util.Objects.requireNonNull;

import io.opamp4j.core.client.PackageFailure;
import java.io.IOException;

/** A download came to nothing, for a reason that the protocol's other end may hear. */
public final class DownloadException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient PackageFailure failure;

  DownloadException(PackageFailure failure) {
    super(failure.reason());
    this.failure = requireNonNull(failure, "failure");
  }

  static DownloadException lasting(String reason) {
    return new DownloadException(PackageFailure.lasting(reason));
  }

  static DownloadException passing(String reason) {
    return new DownloadException(PackageFailure.passing(reason));
  }

  /** Whether to try again. */
  public PackageFailure failure() {
    return failure;
  }
}
