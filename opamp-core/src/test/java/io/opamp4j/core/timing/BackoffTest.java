package io.opamp4j.core.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {
  private static final RandomGenerator LOWEST = fixed(0);
  private static final RandomGenerator MIDDLE = fixed(0.5);
  private static final RandomGenerator HIGHEST = fixed(Math.nextDown(1.0));

  @ParameterizedTest
  @CsvSource({
    "0,          PT0.25S,     PT0.5S,    PT0.75S",
    "1,          PT0.375S,    PT0.75S,   PT1.125S",
    "2,          PT0.5625S,   PT1.125S,  PT1.6875S",
    "10,         PT14.4162S,  PT28.8325S, PT43.2487S",
    "11,         PT20S,       PT40S,     PT60S",
    "12,         PT20S,       PT40S,     PT60S",
    "1000,       PT20S,       PT40S,     PT60S",
    "2147483647, PT20S,       PT40S,     PT60S",
  })
  void e34TheDefaultsGrowByHalfUpToAMinute(
      int attempt, Duration lowest, Duration middle, Duration highest) {
    assertThat(Backoff.DEFAULT.delay(attempt, LOWEST)).isCloseTo(lowest, Duration.ofMillis(1));
    assertThat(Backoff.DEFAULT.delay(attempt, MIDDLE)).isCloseTo(middle, Duration.ofMillis(1));
    assertThat(Backoff.DEFAULT.delay(attempt, HIGHEST)).isCloseTo(highest, Duration.ofMillis(1));
  }

  @Test
  void noWaitIsNegativeOrBeyondTheCapWhateverTheSettings() {
    for (int seed = 0; seed < 5000; seed++) {
      Random random = new Random(seed);
      Duration initial = Duration.ofNanos(1 + random.nextLong(Duration.ofDays(1).toNanos()));
      Duration cap = initial.plusNanos(random.nextLong(Duration.ofDays(300).toNanos()));
      Backoff backoff =
          new Backoff(initial, 1 + random.nextDouble() * 1000, random.nextDouble(), cap);
      int attempt = random.nextBoolean() ? random.nextInt(20) : random.nextInt(Integer.MAX_VALUE);

      assertThat(backoff.delay(attempt, random)).as("seed %d", seed).isBetween(Duration.ZERO, cap);
    }
  }

  @Test
  void waitsAtTheCapDoNotPileUp() {
    Random random = new Random(1);
    Set<Duration> waits = new HashSet<>();
    for (int i = 0; i < 1000; i++) {
      waits.add(Backoff.DEFAULT.delay(100, random));
    }

    assertThat(waits).hasSizeGreaterThan(990);
  }

  @Test
  void withoutJitterAndGrowthTheWaitIsConstant() {
    Duration second = Duration.ofSeconds(1);
    Backoff constant = new Backoff(second, 1, 0, second);

    assertThat(constant.delay(0, LOWEST)).isEqualTo(second);
    assertThat(constant.delay(Integer.MAX_VALUE, HIGHEST)).isEqualTo(second);
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S,  1.5,      0.5,  PT60S,  initial",
    "PT-1S, 1.5,      0.5,  PT60S,  initial",
    "PT1S,  0.99,     0.5,  PT60S,  multiplier",
    "PT1S,  NaN,      0.5,  PT60S,  multiplier",
    "PT1S,  Infinity, 0.5,  PT60S,  multiplier",
    "PT1S,  1.5,      -0.1, PT60S,  jitter",
    "PT1S,  1.5,      1.1,  PT60S,  jitter",
    "PT1S,  1.5,      NaN,  PT60S,  jitter",
    "PT1S,  1.5,      0.5,  PT0.9S, cap",
    "PT1S,  1.5,      0.5,  P366D,  cap",
  })
  void settingsThatMakeNoSenseAreRefused(
      Duration initial, double multiplier, double jitter, Duration cap, String culprit) {
    assertThatThrownBy(() -> new Backoff(initial, multiplier, jitter, cap))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(culprit);
  }

  @Test
  void attemptsAreCountedFromZero() {
    assertThatThrownBy(() -> Backoff.DEFAULT.delay(-1, MIDDLE))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({"PT5S, PT0S, PT5S", "PT5S, PT4S, PT5S", "PT5S, PT5S, PT5S", "PT5S, PT30S, PT30S"})
  void e34WhatTheServerAsksForCountsOnlyIfLonger(
      Duration computed, Duration retryAfter, Duration wait) {
    assertThat(Backoff.atLeast(computed, retryAfter)).isEqualTo(wait);
  }

  private static RandomGenerator fixed(double value) {
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        throw new UnsupportedOperationException();
      }

      @Override
      public double nextDouble() {
        return value;
      }
    };
  }
}
