package io.opamp4j.core.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseWatchTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final LeaseTimes TIMES = new LeaseTimes(Duration.ofSeconds(12));

  /** Looks once per second, both ends included, while storage shows this. */
  private static LeaseWatch look(
      LeaseWatch watch, int fromSecond, int toSecond, Map<String, Long> versions) {
    LeaseWatch looked = watch;
    for (int second = fromSecond; second <= toSecond; second++) {
      looked = looked.looked(versions, START.plusSeconds(second));
    }
    return looked;
  }

  @Test
  void aLeaseRunsALittleLongerForOthersThanForItsHolder() {
    assertThat(TIMES.renewal()).isEqualTo(Duration.ofSeconds(4));
    assertThat(TIMES.patience()).isEqualTo(Duration.ofSeconds(15)).isGreaterThan(TIMES.lease());
    assertThat(TIMES.longestGap()).isEqualTo(Duration.ofSeconds(6));
  }

  @ParameterizedTest(name = "after {0} s with one version, alive: {1}")
  @CsvSource({"0, true", "1, true", "12, true", "14, true", "15, false", "16, false", "100, false"})
  void aLeaseIsOverWhenItsVersionHasNotChangedForItsTime(int seconds, boolean alive) {
    LeaseWatch watch = look(LeaseWatch.of(TIMES), 0, seconds, Map.of("n1", 7L));
    assertThat(watch.isAlive("n1")).isEqualTo(alive);
    assertThat(watch.isKnown("n1")).as("it is still stored").isTrue();
    assertThat(watch.since("n1")).contains(START);
  }

  @Test
  void anyOtherVersionIsARenewalAlsoALowerOne() {
    LeaseWatch watch = look(LeaseWatch.of(TIMES), 0, 14, Map.of("n1", 7L));
    watch = look(watch, 15, 29, Map.of("n1", 1L));
    assertThat(watch.isAlive("n1")).isTrue();
    assertThat(look(watch, 30, 30, Map.of("n1", 1L)).isAlive("n1")).isFalse();
  }

  @Test
  void whoWasDeadIsAliveAgainWithItsNextRenewal() {
    LeaseWatch watch = look(LeaseWatch.of(TIMES), 0, 60, Map.of("n1", 7L));
    assertThat(watch.isAlive("n1")).isFalse();
    assertThat(look(watch, 61, 61, Map.of("n1", 8L)).isAlive("n1")).isTrue();
  }

  @Test
  void aLeaseThatIsNoLongerStoredRunsOutAndIsForgotten() {
    LeaseWatch watch = look(LeaseWatch.of(TIMES), 0, 5, Map.of("n1", 7L));
    watch = look(watch, 6, 14, Map.of());
    assertThat(watch.isAlive("n1")).isTrue();
    watch = look(watch, 15, 15, Map.of());
    assertThat(watch.isAlive("n1")).isFalse();
    assertThat(watch.isKnown("n1")).isFalse();
  }

  @Test
  void nobodyIsBlamedForTimeInWhichTheObserverCouldNotLook() {
    LeaseWatch watch = look(LeaseWatch.of(TIMES), 0, 10, Map.of("n1", 7L));
    watch = look(watch, 17, 17, Map.of("n1", 7L));
    assertThat(watch.isAlive("n1")).as("after a gap of 7 s").isTrue();
    assertThat(look(watch, 18, 31, Map.of("n1", 7L)).isAlive("n1")).isTrue();
    assertThat(look(watch, 18, 32, Map.of("n1", 7L)).isAlive("n1")).isFalse();
  }

  @Test
  void aShortGapCountsLikeAnyOtherTime() {
    LeaseWatch watch = look(LeaseWatch.of(TIMES), 0, 10, Map.of("n1", 7L));
    assertThat(look(watch, 15, 15, Map.of("n1", 7L)).isAlive("n1")).isFalse();
  }

  @Test
  void aGapDoesNotRaiseTheDead() {
    LeaseWatch watch = look(LeaseWatch.of(TIMES), 0, 20, Map.of("n1", 7L));
    assertThat(look(watch, 90, 90, Map.of("n1", 7L)).isAlive("n1")).isFalse();
  }

  @Test
  void aClockThatIsSetBackKillsNobody() {
    LeaseWatch watch = look(LeaseWatch.of(TIMES), 1_000, 1_010, Map.of("n1", 7L));
    watch = look(watch, 0, 14, Map.of("n1", 7L));
    assertThat(watch.isAlive("n1")).isTrue();
    assertThat(look(watch, 15, 15, Map.of("n1", 7L)).isAlive("n1")).isFalse();
  }

  @Test
  void nothingIsKnownOfALeaseNeverSeen() {
    LeaseWatch watch = look(LeaseWatch.of(TIMES), 0, 3, Map.of("n1", 1L));
    assertThat(watch.isAlive("n2")).isFalse();
    assertThat(watch.isKnown("n2")).isFalse();
    assertThat(watch.since("n2")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S"})
  void aLeaseTakesTime(Duration none) {
    assertThatThrownBy(() -> new LeaseTimes(none)).isInstanceOf(IllegalArgumentException.class);
  }

  /**
   * A holder that renews when it may and an observer that looks when it can, on clocks that are far
   * apart and run at slightly different speeds, while storage fails now and then for both: the
   * holder is never taken for dead while it relies on its lease.
   */
  @Test
  void noHolderIsTakenForDeadWhileItReliesOnItsLease() {
    int deaths = 0;
    for (long seed = 0; seed < 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double speed = 0.98 + random.nextDouble() * 0.04;
      Instant holderStart = START.plusSeconds(random.nextLong(1_000_000));
      LeaseWatch watch = LeaseWatch.of(TIMES);
      long version = 1;
      Instant until = holderStart.plus(TIMES.lease());
      Instant nextRenewal = holderStart.plus(TIMES.renewal());
      long storageBackAt = 0;
      long holderBackAt = 0;
      boolean dead = false;
      for (long ms = 0; ms < 120_000; ms += 100 + random.nextInt(900)) {
        if (random.nextInt(40) == 0) {
          storageBackAt = ms + random.nextInt(20_000);
        }
        if (random.nextInt(60) == 0) {
          holderBackAt = ms + random.nextInt(30_000);
        }
        Instant holderNow = holderStart.plusMillis((long) (ms * speed));
        boolean storageWorks = ms >= storageBackAt;
        if (storageWorks && ms >= holderBackAt && !holderNow.isBefore(nextRenewal)) {
          version++;
          until = holderNow.plus(TIMES.lease());
          nextRenewal = holderNow.plus(TIMES.renewal());
        }
        if (storageWorks) {
          watch = watch.looked(Map.of("n1", version), START.plusMillis(ms));
        }
        boolean alive = !watch.isKnown("n1") || watch.isAlive("n1");
        deaths += !alive && !dead ? 1 : 0;
        dead = !alive;
        if (dead) {
          assertThat(holderNow).as("seed %s at %s ms", seed, ms).isAfterOrEqualTo(until);
        }
      }
    }
    assertThat(deaths).as("the simulation has deaths in it").isGreaterThan(50);
  }
}
