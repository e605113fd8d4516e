package io.opamp4j.core.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.core.timing.Admission.Load;
import io.opamp4j.core.timing.Admission.Reason;
import io.opamp4j.core.timing.Admission.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdmissionTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00.250Z");
  private static final Duration MIN = Duration.ofSeconds(30);
  private static final Load IDLE = new Load(0, false);

  private final Random chance = new Random(1);
  private final Admission admission = new Admission(100, 10, MIN);

  @Test
  void takesInABurstOfOneSecondAndThenTheRate_THROTTLE_06() {
    assertThat(takenIn(NOW, 25)).isEqualTo(10);
    assertThat(takenIn(NOW.plusMillis(99), 25)).isZero();
    assertThat(takenIn(NOW.plusMillis(100), 25)).isEqualTo(1);
    assertThat(takenIn(NOW.plusMillis(600), 25)).isEqualTo(5);
    assertThat(takenIn(NOW.plusSeconds(20), 25))
        .as("no more than one second is saved")
        .isEqualTo(10);
  }

  @ParameterizedTest(name = "open {0}, draining {1}, overloaded {2}, counted {3}: {4}, request {5}")
  @CsvSource({
    "99, false, false, false, none, none",
    "100, false, false, false, FULL, FULL",
    "100, false, false, true, none, none",
    "101, false, false, true, none, none",
    "0, true, false, true, DRAINING, DRAINING",
    "0, false, true, true, OVERLOADED, OVERLOADED",
    "100, true, true, false, DRAINING, DRAINING",
    "100, false, true, false, OVERLOADED, OVERLOADED",
  })
  void saysWhyItRefuses_THROTTLE_06(
      int open,
      boolean draining,
      boolean overloaded,
      boolean counted,
      String connect,
      String request) {
    if (draining) {
      admission.drain(NOW);
    }
    Load load = new Load(open, overloaded);
    assertThat(name(admission.connect(NOW, load, counted, chance))).isEqualTo(connect);
    assertThat(name(admission.request(NOW, load, counted, chance))).isEqualTo(request);
  }

  @Test
  void doesNotLimitTheRateOfRequests() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(admission.request(NOW, IDLE, true, chance)).isEmpty();
    }
    assertThat(admission.connect(NOW, IDLE, false, chance)).isEmpty();
  }

  @Test
  void tellsEveryRefusedPeerAnotherTimeAndNoneSoonerThanTheMinimum_THROTTLE_07_THROTTLE_10() {
    Duration before = MIN.minusNanos(1);
    admission.drain(NOW);
    for (int i = 0; i < 1_000; i++) {
      Duration told =
          i % 2 == 0
              ? admission.connect(NOW, IDLE, false, chance).orElseThrow().retryAfter()
              : admission.returnIn(NOW, chance);
      assertThat(told).isGreaterThan(before);
      before = told;
    }
    assertThat(before).isBetween(MIN.plusSeconds(124), MIN.plusSeconds(126));
  }

  /** Or it would be refused once more, by the same process. */
  @Test
  void asksNobodyBackBeforeTheServerIsGone_THROTTLE_07() {
    admission.drain(NOW.plusSeconds(100));

    assertThat(admission.request(NOW, IDLE, true, chance).orElseThrow().retryAfter())
        .isBetween(Duration.ofSeconds(130), Duration.ofSeconds(131));
    assertThat(
            admission.request(NOW.plusSeconds(99), IDLE, true, chance).orElseThrow().retryAfter())
        .isBetween(MIN, MIN.plusSeconds(1));
  }

  @ParameterizedTest
  @CsvSource({"PT30S, 30", "PT30.000000001S, 31", "PT30.999S, 31", "PT1S, 1", "PT0.001S, 1"})
  void roundsTheHeaderUpToWholeSeconds_THROTTLE_07(Duration told, long seconds) {
    assertThat(new Refusal(Reason.FULL, told).retryAfterSeconds()).isEqualTo(seconds);
  }

  @Test
  void sendsTheRefusedToTheRateTheMachineManagedWhenWorkIsTooMuch() {
    Admission wide = new Admission(1_000_000, 1_000, MIN);
    for (int i = 0; i < 300; i++) {
      assertThat(wide.connect(NOW.plusMillis(i), IDLE, false, chance)).isEmpty();
    }
    assertThat(wide.returnsPerSecond(NOW.plusSeconds(1))).as("nothing is wrong").isEqualTo(800);

    Load overloaded = new Load(300, true);
    assertThat(wide.connect(NOW.plusSeconds(1), overloaded, false, chance)).isPresent();
    assertThat(wide.returnsPerSecond(NOW.plusSeconds(1))).isEqualTo(240);
    assertThat(wide.returnsPerSecond(NOW.plusSeconds(10)))
        .as("the good second is out of sight; a tenth is the least")
        .isEqualTo(80);
    assertThat(wide.returnsPerSecond(NOW.plusSeconds(11))).as("the strain is over").isEqualTo(800);
  }

  @ParameterizedTest
  @ValueSource(longs = {-3_600, -1, 3_600, 100_000_000})
  void goesOnWhenTheClockIsSet(long seconds) {
    takenIn(NOW, 5_000);
    Instant set = NOW.plusSeconds(seconds);
    assertThat(takenIn(set, 1)).isEqualTo(seconds < 0 ? 0 : 1);
    assertThat(admission.returnIn(set, chance)).isBetween(MIN, MIN.plusSeconds(1));
    assertThat(takenIn(set.plusSeconds(1), 100)).isBetween(9, 11);
  }

  @ParameterizedTest
  @CsvSource({"0, 1, PT1S", "1, 0, PT1S", "1, 1, PT0S", "1, 1, PT-1S"})
  void refusesSettingsWithWhichNobodyWouldEverGetIn(int connections, int rate, Duration min) {
    assertThatThrownBy(() -> new Admission(connections, rate, min))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private int takenIn(Instant now, int arrivals) {
    int taken = 0;
    for (int i = 0; i < arrivals; i++) {
      taken += admission.connect(now, IDLE, false, chance).isEmpty() ? 1 : 0;
    }
    return taken;
  }

  private static String name(Optional<Refusal> refusal) {
    return refusal.map(r -> r.reason().name()).orElse("none");
  }
}
