package io.opamp4j.core.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClosePaceTest {

  @ParameterizedTest(name = "{0} at {1}/s within {2}, after {3}: {4}")
  @CsvSource({
    "0, 800, PT5S, PT0S, 0",
    "3, 800, PT5S, PT0S, 0",
    "3, 800, PT5S, PT0.05S, 3",
    "800, 800, PT5S, PT0.5S, 400",
    "800, 800, PT5S, PT0.999S, 799",
    "800, 800, PT5S, PT1S, 800",
    "800, 800, PT5S, PT1H, 800",
    "100000, 800, PT5S, PT1S, 20000",
    "100000, 800, PT5S, PT5S, 100000",
    "100000, 800, PT0S, PT0S, 100000",
    "2147483647, 0.001, PT10M, PT5M, 1073741823",
  })
  void closesAsFastAsOthersTakeInAndNeverSlowerThanTheTimeAllows(
      int count, double perSecond, Duration atMost, Duration elapsed, int due) {
    assertThat(ClosePace.of(count, perSecond, atMost).dueAfter(elapsed)).isEqualTo(due);
  }

  @Test
  void neverTakesBackWhatWasDue() {
    ClosePace pace = ClosePace.of(977, 311, Duration.ofSeconds(5));
    int before = 0;
    for (int ms = 0; ms < 5_000; ms++) {
      int due = pace.dueAfter(Duration.ofMillis(ms));
      assertThat(due).isBetween(before, before + 1);
      before = due;
    }
    assertThat(before).isEqualTo(977);
  }

  @Test
  void refusesWhatMakesNoSense() {
    assertThatThrownBy(() -> ClosePace.of(1, 0, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ClosePace.of(-1, 1, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ClosePace.of(1, 1, Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
