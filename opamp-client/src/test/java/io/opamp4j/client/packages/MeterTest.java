package io.opamp4j.client.packages;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.proto.PackageDownloadDetails;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is told of a download on its way (PKG-19, E-48). */
class MeterTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void pkg19ProgressIsToldOnceInTheInterval() {
    Meter meter = new Meter(Duration.ofSeconds(10), START, 1000);
    assertThat(meter.came(1500, 4000, START)).isEmpty();
    assertThat(meter.came(1900, 4000, START.plusMillis(9999))).isEmpty();
    assertThat(meter.came(2000, 4000, START.plusSeconds(10)))
        .as("what was there before does not count for the rate")
        .contains(details(50, 100));
    assertThat(meter.came(2500, 4000, START.plusSeconds(19))).isEmpty();
    assertThat(meter.came(3000, 4000, START.plusSeconds(30))).contains(details(75, 50));
  }

  @ParameterizedTest
  @CsvSource({
    "2000, -1,   0, 100",
    "2000, 0, 0, 100",
    "5000, 4000, 100, 400",
    "0, 4000, 0, 0",
  })
  void whatIsToldIsAlwaysANumber(long size, long total, double percent, double rate) {
    Meter meter = new Meter(Duration.ofSeconds(10), START, 1000);
    assertThat(meter.came(size, total, START.plusSeconds(10))).contains(details(percent, rate));
  }

  private static PackageDownloadDetails details(double percent, double rate) {
    return PackageDownloadDetails.newBuilder()
        .setDownloadPercent(percent)
        .setDownloadBytesPerSecond(rate)
        .build();
  }
}
