package io.opamp4j.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DUP-04 where sockets cannot tell: two agents with one uid over HTTP, or behind one gateway. */
class SequenceLinesTest {

  @ParameterizedTest(name = "{0}: {1} gives the intruders [{2}]")
  @CsvSource({
    "in step,                  0 1 2 3 4 5 6 7 8 9,                                    ''",
    "taking turns,             500 0 501 1 502 2 503 3 504 4 505 5,                    4 5",
    "the higher one came late, 0 500 1 501 2 502 3 503 4 504 5,                        504",
    "different paces,          500 0 501 502 1 503 504 2 505 506 3 507 4 508 509 5,    4 5",
    "the late one resends,     500 0 501 1 502 2 503 3 504 4 4 505 4 5,                4 4 4 5",
    "the first one resends,    500 0 500 1 500 2 500 3 500 4 500 5,                    ''",
    "one gap,                  500 501 700 701 702 703,                                ''",
    "a restart,                500 501 0 1 2 3 4 5,                                    ''",
    "a restart and some late,  500 501 0 502 1 503 2 504 3 4 5,                        ''",
    "two restarts,             500 501 0 1 2 900 901 902 0 1 2 3,                      ''",
    "close together,           7 0 8 1 9 2 10 3 11 4 12 5 13 6,                        ''",
    "three of them,            500 0 900 501 1 901 502 2 902 503 3 903 504 4 904 505,  4 904",
    "wrapping around,          -2 500 -1 501 0 502 1 503 2 504 3 505,                  504 505",
    "with a loss in each,      500 0 501 2 504 5 505 6 506 7 508 9,                    7 9",
  })
  void findsTheSecondOfTwoLines(String what, String numbers, String intruders) {
    assertThat(intruders(longs(numbers))).as(what).isEqualTo(longs(intruders));
  }

  @Test
  void findsThemOnceTheyHaveDriftedApart() {
    List<Long> numbers = new ArrayList<>();
    for (long fast = 0, slow = 0; slow < 100; slow++) {
      numbers.add(slow);
      numbers.add(fast++);
      numbers.add(fast++);
    }
    assertThat(intruders(numbers)).as("started together, one twice as fast").isNotEmpty();
  }

  @Test
  void forgetsALineThatIsNotTakenUpAgain() {
    SequenceLines lines = SequenceLines.NONE;
    for (long number : longs("500 0 501 1 502 2 503 3 504 4")) {
      lines = lines.next(number);
    }
    assertThat(lines.isIntruder(5)).isTrue();
    for (long number = 505; number <= 505 + SequenceLines.STALE; number++) {
      lines = lines.next(number);
    }
    assertThat(lines.split()).isFalse();
    assertThat(lines.next(5).isIntruder(5)).isFalse();
  }

  /** Whatever a network does to one agent that restarts now and then, it is never taken for two. */
  @Test
  void neverTakesOneAgentForTwo() {
    for (long seed = 0; seed < 3_000; seed++) {
      List<Long> numbers = oneAgent(new SplittableRandom(seed));
      assertThat(intruders(numbers)).as("seed %d: %s", seed, numbers).isEmpty();
    }
  }

  /** Two agents that lose and repeat messages at any pace are found, and only the later one. */
  @Test
  void alwaysFindsTheLaterOfTwoAgentsThatAreFarApart() {
    for (long seed = 0; seed < 3_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long first = random.nextLong();
      long late = first + 1_000_000;
      List<Long> numbers = new ArrayList<>();
      numbers.add(first++);
      int pace = 2 + random.nextInt(8);
      for (int i = 0; i < 400; i++) {
        boolean fromLate = random.nextInt(pace) == 0;
        long number = fromLate ? late++ : first++;
        for (int copies = random.nextInt(10) == 0 ? random.nextInt(3) : 1; copies > 0; copies--) {
          numbers.add(number);
        }
      }
      List<Long> found = intruders(numbers);
      assertThat(found).as("seed %d", seed).isNotEmpty();
      long boundary = late - 500_000;
      assertThat(found).as("seed %d", seed).allMatch(number -> number - boundary > 0);
    }
  }

  /**
   * Loses, doubles and delays by up to two places; at times the agent starts anew, always at 0 or
   * always anywhere.
   */
  private static List<Long> oneAgent(SplittableRandom random) {
    List<Long> sent = new ArrayList<>();
    boolean fromZero = random.nextBoolean();
    long number = fromZero ? 0 : random.nextLong();
    for (int i = 0; i < 300; i++) {
      if (random.nextInt(40) == 0) {
        number = fromZero ? 0 : random.nextLong();
      }
      sent.add(number++);
    }
    List<Long> received = new ArrayList<>();
    for (long message : sent) {
      int copies = random.nextInt(5) == 0 ? random.nextInt(3) : 1;
      for (int copy = 0; copy < copies; copy++) {
        int late = random.nextInt(5) == 0 ? random.nextInt(3) : 0;
        received.add(Math.max(0, received.size() - late), message);
      }
    }
    return received;
  }

  private static List<Long> intruders(List<Long> numbers) {
    SequenceLines lines = SequenceLines.NONE;
    List<Long> found = new ArrayList<>();
    for (long number : numbers) {
      lines = lines.next(number);
      if (lines.isIntruder(number)) {
        found.add(number);
      }
    }
    return found;
  }

  private static List<Long> longs(String text) {
    return text.isEmpty()
        ? List.of()
        : LongStream.of(Arrays.stream(text.split(" +")).mapToLong(Long::parseLong).toArray())
            .boxed()
            .toList();
  }
}
