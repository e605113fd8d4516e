package io.opamp4j.core.timing;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.timing.Admission.Load;
import io.opamp4j.core.timing.Admission.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole fleets in virtual time, which come back when they are told to. */
class ReturningHerdTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00.400Z");
  private static final Duration MIN = Duration.ofSeconds(30);
  private static final int SEEDS = 5;

  @ParameterizedTest(name = "{0} agents, {1}/s, arriving over {2} ms, jitter {3} ms + {4} %")
  @CsvSource({
    // All at once, and told by the header.
    "100, 10, 0, 0, 0",
    "4000, 10, 0, 0, 0",
    "2000, 100, 0, 0, 0",
    "20000, 100, 0, 0, 0",
    "20000, 1000, 0, 0, 0",
    // Over some seconds, as after a restart.
    "4000, 10, 5000, 0, 0",
    "2000, 100, 5000, 0, 0",
    "20000, 1000, 5000, 0, 0",
    "20000, 1000, 15000, 0, 0",
    // Late by the time a connect takes, or by a jitter of their own.
    "4000, 10, 0, 2000, 0",
    "2000, 100, 5000, 2000, 0",
    "20000, 1000, 5000, 2000, 0",
    "4000, 10, 5000, 1000, 10",
    "2000, 100, 5000, 1000, 50",
    "20000, 100, 0, 1000, 10",
    "20000, 1000, 5000, 1000, 10",
    "20000, 1000, 0, 1000, 50",
  })
  void nobodyIsRefusedTwiceAndAllAreInWhenTheRateAllows_THROTTLE_07(
      int agents, int rate, int arrivalMs, int jitterMs, int jitterPercent) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed, agents, rate, jitterMs, jitterPercent);
      run.everybodyComesWithin(arrivalMs);
      assertThat(run.mostRefusals).as("refusals of one agent, seed %d", seed).isEqualTo(1);
      Duration bound =
          Duration.ofMillis((long) (1_000.0 * agents / (0.8 * rate)) + arrivalMs + 2_000 + jitterMs)
              .plus(MIN);
      assertThat(run.took)
          .as("seed %d", seed)
          .isLessThan(bound.plus(bound.multipliedBy(jitterPercent).dividedBy(100)));
      if (jitterMs + jitterPercent == 0) {
        assertThat(run.mostPerSecond).as("seed %d", seed).isLessThanOrEqualTo(2 * rate);
      }
    }
  }

  @ParameterizedTest(name = "{0} agents, {1}/s, {2} newcomers per second")
  @CsvSource({"4000, 10, 1", "2000, 100, 15", "20000, 1000, 150"})
  void newcomersWithinTheRoomLeftForThemDisturbHardlyAnybody(int agents, int rate, int newcomers) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed, agents, rate, 1_000, 1);
      run.everybodyComesWithin(0, newcomers);
      // Nobody can tell a newcomer from one who was told to come, so chance may cost one his place.
      assertThat(run.refusedTwice()).as("seed %d", seed).isLessThanOrEqualTo(agents / 500);
    }
  }

  @ParameterizedTest(name = "{0} agents, {1}/s: {2} refusals of one agent at most")
  @CsvSource({"20000, 10, 6", "20000, 20, 5", "100000, 100, 4"})
  void aHerdTooLargeForTheScheduleComesInRoundsAndLosesNoTime(int agents, int rate, int most) {
    for (int seed = 0; seed < SEEDS; seed++) {
      Run run = new Run(seed, agents, rate, 1_000, 1);
      run.everybodyComesWithin(0);
      assertThat(run.mostRefusals).as("seed %d", seed).isBetween(2, most);
      assertThat(run.took)
          .as("seed %d", seed)
          .isLessThan(Duration.ofSeconds((long) (1.15 * agents / (0.8 * rate))).plus(MIN));
      assertThat(run.longestWait)
          .as("seed %d", seed)
          .isLessThanOrEqualTo(MIN.plus(ReturnTimes.LENGTH).plus(ReturnTimes.BEYOND));
    }
  }

  private record Arrival(Instant at, int agent) {}

  private static final class Run {
    private final Random random;
    private final Admission admission;
    private final int[] refusals;
    private final int jitterMs;
    private final int jitterPercent;
    private final PriorityQueue<Arrival> arrivals =
        new PriorityQueue<>(Comparator.comparing(Arrival::at).thenComparing(Arrival::agent));

    int mostRefusals;
    int mostPerSecond;
    Duration took = Duration.ZERO;
    Duration longestWait = Duration.ZERO;

    Run(long seed, int agents, int rate, int jitterMs, int jitterPercent) {
      this.random = new Random(seed);
      this.admission = new Admission(1_000_000, rate, MIN);
      this.refusals = new int[agents];
      this.jitterMs = jitterMs;
      this.jitterPercent = jitterPercent;
    }

    void everybodyComesWithin(int ms) {
      everybodyComesWithin(ms, 0);
    }

    /** The last quarter of the agents comes later, so many per second. */
    void everybodyComesWithin(int ms, int newcomersPerSecond) {
      int herd = newcomersPerSecond == 0 ? refusals.length : refusals.length * 3 / 4;
      for (int agent = 0; agent < herd; agent++) {
        arrivals.add(new Arrival(START.plusMillis(random.nextInt(ms + 1)), agent));
      }
      for (int agent = herd; agent < refusals.length; agent++) {
        long later = random.nextInt(1_000 * (refusals.length - herd) / newcomersPerSecond);
        arrivals.add(new Arrival(START.plus(MIN).plusMillis(later), agent));
      }
      long second = 0;
      int inSecond = 0;
      while (!arrivals.isEmpty()) {
        Arrival arrival = arrivals.remove();
        Optional<Refusal> refusal =
            admission.connect(arrival.at(), new Load(0, false), false, random);
        if (refusal.isPresent()) {
          comeBack(arrival, refusal.get());
        } else {
          took = Duration.between(START, arrival.at());
          inSecond = took.toSeconds() == second ? inSecond + 1 : 1;
          second = took.toSeconds();
          mostPerSecond = Math.max(mostPerSecond, inSecond);
        }
      }
    }

    long refusedTwice() {
      return Arrays.stream(refusals).filter(count -> count > 1).count();
    }

    private void comeBack(Arrival arrival, Refusal refusal) {
      mostRefusals = Math.max(mostRefusals, ++refusals[arrival.agent()]);
      if (refusal.retryAfter().compareTo(longestWait) > 0) {
        longestWait = refusal.retryAfter();
      }
      long wait = refusal.retryAfterSeconds() * 1_000;
      long jitter =
          random.nextInt(jitterMs + 1) + (long) (random.nextDouble() * wait * jitterPercent / 100);
      arrivals.add(new Arrival(arrival.at().plusMillis(wait + jitter), arrival.agent()));
    }
  }
}
