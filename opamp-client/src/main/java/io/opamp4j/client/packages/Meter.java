package io.opamp4j.client.packages;

import io.opamp4j.proto.PackageDownloadDetails;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Says now and then how far a download is (PKG-19). For one thread. */
final class Meter {
  private final Duration every;
  private Instant lastTime;
  private long lastSize;

  /**
   * @param size how much was there before
   */
  Meter(Duration every, Instant now, long size) {
    this.every = every;
    this.lastTime = now;
    this.lastSize = size;
  }

  /**
   * So much is there.
   *
   * @param total of how much; negative if nobody knows, and then the percentage stays 0
   * @return what to report; empty if it is not the time for it
   */
  Optional<PackageDownloadDetails> came(long size, long total, Instant now) {
    Duration passed = Duration.between(lastTime, now);
    if (passed.compareTo(every) < 0) {
      return Optional.empty();
    }
    // After a new beginning there is less than before.
    double rate = Math.max(0, size - lastSize) * 1e9 / passed.toNanos();
    double percent = total > 0 ? Math.min(100, 100.0 * size / total) : 0;
    lastTime = now;
    lastSize = size;
    return Optional.of(
        PackageDownloadDetails.newBuilder()
            .setDownloadPercent(percent)
            .setDownloadBytesPerSecond(rate)
            .build());
  }
}
