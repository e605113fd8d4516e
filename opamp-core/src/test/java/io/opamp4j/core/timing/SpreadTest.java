package io.opamp4j.core.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.core.InstanceUid;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SpreadTest {
  private static final Duration INTERVAL = Duration.ofSeconds(30);
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void everyMomentLiesWithinTheIntervalAndStaysTheSame() {
    for (int seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      InstanceUid uid = new InstanceUid(random.nextLong(), random.nextLong());
      Duration interval = Duration.ofNanos(1 + random.nextLong(Duration.ofDays(1).toNanos()));

      Duration offset = Spread.offset(uid, interval);

      assertThat(offset).as("seed %d", seed).isBetween(Duration.ZERO, interval.minusNanos(1));
      assertThat(Spread.offset(uid, interval)).as("seed %d", seed).isEqualTo(offset);
    }
  }

  @Test
  void theMomentOfAnIdIsTheSameOnEveryNode() {
    InstanceUid uid = InstanceUid.parse("0190f5c2-7a3b-7c11-8d22-0123456789ab");

    assertThat(Spread.offset(uid, INTERVAL)).isEqualTo(Duration.parse("PT7.448667638S"));
  }

  @Test
  void idsMadeInOneBurstAreSpreadEvenly() {
    Random random = new Random(1);
    int[] perSecond = new int[30];
    for (int i = 0; i < 30_000; i++) {
      InstanceUid uid = InstanceUid.generate(NOW.plusMillis(i / 1000), random);
      perSecond[(int) Spread.offset(uid, INTERVAL).toSeconds()]++;
    }

    assertThat(Arrays.stream(perSecond).boxed()).allMatch(count -> count > 850 && count < 1150);
  }

  @Test
  void idsThatDifferInOneBitAreSpreadToo() {
    int[] perSecond = new int[30];
    for (int i = 0; i < 30_000; i++) {
      perSecond[(int) Spread.offset(new InstanceUid(0, i), INTERVAL).toSeconds()]++;
    }

    assertThat(Arrays.stream(perSecond).boxed()).allMatch(count -> count > 850 && count < 1150);
  }

  @Test
  void theNextMomentIsAheadByAtMostOneIntervalAndTheyAreOneIntervalApart() {
    for (int seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      InstanceUid uid = new InstanceUid(random.nextLong(), random.nextLong());
      Instant now = NOW.plusNanos(random.nextLong()).minusSeconds(random.nextInt());

      Instant next = Spread.next(uid, INTERVAL, now);

      assertThat(next).as("seed %d", seed).isAfter(now).isBeforeOrEqualTo(now.plus(INTERVAL));
      assertThat(Spread.next(uid, INTERVAL, next))
          .as("seed %d", seed)
          .isEqualTo(next.plus(INTERVAL));
      assertThat(Spread.next(uid, INTERVAL, next.minusNanos(1)))
          .as("seed %d", seed)
          .isEqualTo(next);
    }
  }

  @Test
  void anIntervalMustBeMoreThanZero() {
    InstanceUid uid = new InstanceUid(0, 0);

    assertThatThrownBy(() -> Spread.offset(uid, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Spread.offset(uid, Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
