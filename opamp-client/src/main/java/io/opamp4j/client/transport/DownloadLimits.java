package io.opamp4j.client.transport;

import java.time.Duration;

/**
 * How far a download may go.
 *
 * @param bytes the largest file
 * @param stall how long nothing may come
 */
public record DownloadLimits(long bytes, Duration stall) {
  public DownloadLimits {
    if (bytes < 1) {
      throw new IllegalArgumentException("the size limit must be positive: " + bytes);
    }
    if (stall.isNegative() || stall.isZero()) {
      throw new IllegalArgumentException("the stall timeout must be positive: " + stall);
    }
  }
}
