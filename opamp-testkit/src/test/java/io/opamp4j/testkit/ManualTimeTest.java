package io.opamp4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ManualTimeTest {
  private final ManualTime time = new ManualTime();

  @Test
  void standsAtAFixedTimeUntilItIsMoved() {
    assertThat(time.instant()).isEqualTo(ManualTime.START).isEqualTo(time.instant());
    assertThat(new ManualTime(Instant.EPOCH).instant()).isEqualTo(Instant.EPOCH);
  }

  @Test
  void movesByExactlyTheStep() {
    assertThat(time.advance(Duration.ofSeconds(30)))
        .isEqualTo(time.instant())
        .isEqualTo(ManualTime.START.plusSeconds(30));
    assertThat(time.millis()).isEqualTo(ManualTime.START.plusSeconds(30).toEpochMilli());
  }

  @Test
  void doesNotRunBackwards() {
    assertThatThrownBy(() -> time.advance(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(time.instant()).isEqualTo(ManualTime.START);
  }

  @Test
  void noStepIsLostWhenSeveralThreadsMoveIt() {
    List<Instant> times =
        IntStream.range(0, 10_000)
            .parallel()
            .mapToObj(i -> time.advance(Duration.ofSeconds(1)))
            .toList();

    assertThat(times).doesNotHaveDuplicates();
    assertThat(time.instant()).isEqualTo(ManualTime.START.plusSeconds(10_000));
  }

  @Test
  void whoSleepsByItIsToldAfterEachMove() {
    List<Instant> told = new ArrayList<>();
    time.onMove(() -> told.add(time.instant()));
    time.advance(Duration.ofSeconds(1));
    time.advance(Duration.ZERO);
    assertThat(time.passes()).isFalse();
    assertThat(told)
        .containsExactly(ManualTime.START.plusSeconds(1), ManualTime.START.plusSeconds(1));
  }
}
