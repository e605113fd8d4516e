package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.server.ServerConfig;
import io.opamp4j.testkit.ManualTime;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RefusalLogTest {
  private final ManualTime time = new ManualTime();
  private final AdmissionGate gate =
      new AdmissionGate(
          new ServerConfig.Admission(100, 1, Duration.ofSeconds(30)),
          new MemoryBudget(1),
          time,
          new Random(1));
  private final RefusalLog log = new RefusalLog(gate);

  @Test
  void saysNothingWhileNobodyIsRefused() {
    assertThat(log.line(time.instant())).isEmpty();
    time.advance(Duration.ofHours(1));
    assertThat(log.line(time.instant())).isEmpty();
  }

  @Test
  void tellsTheBeginningThenOncePerMinuteThenTheEnd() {
    gate.overloaded();
    gate.overloaded();
    assertThat(log.line(time.instant()))
        .contains("agents are told to come back later; refused: overloaded 2");
    gate.overloaded();
    time.advance(RefusalLog.PAUSE.minusSeconds(1));
    assertThat(log.line(time.instant())).as("not again so soon").isEmpty();
    gate.drain(Duration.ZERO);
    gate.seat().orElseThrow().connect();
    time.advance(Duration.ofSeconds(1));
    assertThat(log.line(time.instant()))
        .contains("agents are told to come back later; refused: draining 1, overloaded 1");
    gate.overloaded();
    time.advance(Duration.ofSeconds(1));
    assertThat(log.line(time.instant())).isEmpty();
    time.advance(RefusalLog.QUIET);
    assertThat(log.line(time.instant())).contains("agents are let in again; refused: overloaded 1");
    time.advance(RefusalLog.PAUSE);
    assertThat(log.line(time.instant())).as("told once").isEmpty();
  }

  @Test
  void aNewBeginningIsToldAtOnce() {
    gate.overloaded();
    log.line(time.instant());
    time.advance(RefusalLog.QUIET);
    assertThat(log.line(time.instant())).contains("agents are let in again");
    gate.overloaded();
    assertThat(log.line(time.instant())).isPresent();
  }
}
