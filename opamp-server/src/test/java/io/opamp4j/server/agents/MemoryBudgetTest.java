package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryBudgetTest {
  private final MemoryBudget budget = new MemoryBudget(100);

  @ParameterizedTest(name = "{0} used, {1} more: {2}")
  @CsvSource({
    "0, 0, true",
    "0, 100, true",
    "0, 101, false",
    "60, 40, true",
    "60, 41, false",
    "100, 0, true",
    "100, 1, false",
    "1, 9223372036854775807, false",
  })
  void reservesAllOrNothing(long used, long more, boolean fits) {
    assertThat(budget.reserve(used)).isTrue();
    assertThat(budget.reserve(more)).isEqualTo(fits);
    assertThat(budget.used()).isEqualTo(fits ? used + more : used);
  }

  @Test
  void whatIsReleasedCanBeReservedAgain() {
    budget.reserve(100);
    budget.release(30);
    assertThat(budget.reserve(31)).isFalse();
    assertThat(budget.reserve(30)).isTrue();
  }

  @Test
  void showsTheDefectWhenMoreIsReleasedThanWasReserved() {
    budget.reserve(10);
    assertThatThrownBy(() -> budget.release(11)).isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1})
  void refusesABudgetOfNothing(long limit) {
    assertThatThrownBy(() -> new MemoryBudget(limit)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> budget.reserve(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void neverExceedsTheLimitAndLosesNothingWhenManyThreadsReserve() throws InterruptedException {
    AtomicBoolean exceeded = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    for (int seed = 0; seed < 4; seed++) {
      Random random = new Random(seed);
      threads.execute(
          () -> {
            for (int i = 0; i < 50_000; i++) {
              int bytes = random.nextInt(60);
              if (budget.reserve(bytes)) {
                if (budget.used() > 100) {
                  exceeded.set(true);
                }
                budget.release(bytes);
              }
            }
          });
    }
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(exceeded).isFalse();
    assertThat(budget.used()).isZero();
  }
}
