package io.opamp4j.core.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opamp4j.core.InstanceUid;
import java.math.BigInteger;
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
      // From before 1970 to after 2100, nanoseconds included.
      Instant now = Instant.EPOCH.plusNanos(random.nextLong() / 2).minusSeconds(random.nextInt());

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
  void theNextMomentIsTheOneThatCountingFromTheStartWouldFind() {
    for (int seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      long key = random.nextLong();
      Duration interval = Duration.ofNanos(1 + random.nextLong(Duration.ofDays(1).toNanos()));
      Instant now = NOW.plusNanos(random.nextLong() / 4);

      Instant next = Spread.next(key, interval, now);

      BigInteger sinceMoment = nanos(next).subtract(nanos(Spread.offset(key, interval)));
      assertThat(sinceMoment.mod(nanos(interval))).as("seed %d", seed).isEqualTo(BigInteger.ZERO);
      assertThat(next).as("seed %d", seed).isAfter(now).isBeforeOrEqualTo(now.plus(interval));
    }
  }

  @Test
  void theNextOfANowThatIsItselfAMomentIsOneIntervalLater() {
    long key = 42;
    Instant moment = Instant.EPOCH.plus(Spread.offset(key, INTERVAL));

    assertThat(Spread.next(key, INTERVAL, moment)).isEqualTo(moment.plus(INTERVAL));
    assertThat(Spread.next(key, INTERVAL, moment.minus(INTERVAL))).isEqualTo(moment);
  }

  @Test
  void anIntervalMustBeMoreThanZero() {
    InstanceUid uid = new InstanceUid(0, 0);

    assertThatThrownBy(() -> Spread.offset(uid, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Spread.offset(uid, Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static BigInteger nanos(Instant time) {
    return nanos(Duration.between(Instant.EPOCH, time));
  }

  private static BigInteger nanos(Duration time) {
    return BigInteger.valueOf(time.getSeconds())
        .multiply(BigInteger.valueOf(1_000_000_000))
        .add(BigInteger.valueOf(time.getNano()));
  }
}
