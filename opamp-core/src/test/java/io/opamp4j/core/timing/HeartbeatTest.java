package io.opamp4j.core.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeartbeatTest {
  private static final Instant SENT = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void hb03TheDefaultIsThirtySeconds() {
    assertThat(Heartbeat.DEFAULT.next(SENT)).contains(SENT.plusSeconds(30));
  }

  @Test
  void hb09TheIntervalCountsFromTheLastMessage() {
    Heartbeat heartbeat = Heartbeat.ofSeconds(10);

    assertThat(heartbeat.due(SENT, SENT)).isFalse();
    assertThat(heartbeat.due(SENT, SENT.plusSeconds(10).minusNanos(1))).isFalse();
    assertThat(heartbeat.due(SENT, SENT.plusSeconds(10))).isTrue();
    assertThat(heartbeat.due(SENT.plusSeconds(1), SENT.plusSeconds(10))).isFalse();
  }

  @Test
  void hb05ZeroMeansNoHeartbeats() {
    Heartbeat off = Heartbeat.ofSeconds(0);

    assertThat(off).isEqualTo(Heartbeat.OFF);
    assertThat(off.enabled()).isFalse();
    assertThat(off.next(SENT)).isEmpty();
    assertThat(off.due(SENT, Instant.MAX)).isFalse();
    assertThat(off.lostAt(SENT)).isEmpty();
  }

  @Test
  void e26ForAPollingClientZeroChangesNothing() {
    assertThat(Heartbeat.ofSeconds(7).polling(0)).isEqualTo(Heartbeat.ofSeconds(7));
    assertThat(Heartbeat.ofSeconds(7).polling(2)).isEqualTo(Heartbeat.ofSeconds(2));
  }

  @ParameterizedTest
  @CsvSource({"31536000", "31536001", "9223372036854775807", "-9223372036854775808", "-1"})
  void hb04OffersAreUnsignedAndHugeOnesAreCut(long seconds) {
    assertThat(Heartbeat.ofSeconds(seconds).interval()).isEqualTo(Heartbeat.LONGEST);
    assertThat(Heartbeat.DEFAULT.polling(seconds).interval()).isEqualTo(Heartbeat.LONGEST);
  }

  @Test
  void e43APeerIsLostAfterThreeIntervals() {
    assertThat(Heartbeat.ofSeconds(10).lostAt(SENT)).contains(SENT.plusSeconds(30));
  }

  @Test
  void anIntervalOutOfRangeIsRefused() {
    assertThatThrownBy(() -> new Heartbeat(Duration.ofNanos(-1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Heartbeat(Heartbeat.LONGEST.plusNanos(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
