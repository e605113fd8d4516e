package io.opamp4j.server.agents;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.timing.Admission.Reason;
import io.opamp4j.core.timing.Admission.Refusal;
import io.opamp4j.server.ServerConfig;
import io.opamp4j.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AdmissionGateTest {
  private static final Duration MIN = Duration.ofSeconds(30);

  private final ManualTime time = new ManualTime();
  private final MemoryBudget memory = new MemoryBudget(800);
  private final AdmissionGate gate = gate(2, 100);

  @Test
  void countsAConnectionOnceHoweverAgentsUseIt() {
    AdmissionGate.Seat seat = seat();
    assertThat(gate.status().connections()).as("operators come by TCP too").isZero();
    assertThat(seat.request()).isEmpty();
    assertThat(seat.request()).isEmpty();
    assertThat(seat.connect()).as("the same connection becomes a WebSocket").isEmpty();
    assertThat(gate.status().connections()).isEqualTo(1);
    seat.leave();
    seat.leave();
    assertThat(gate.status().connections()).isZero();
  }

  @Test
  void refusesOneTooManyAndLetsTheNextInWhenOneHasLeft_THROTTLE_06() {
    AdmissionGate.Seat first = seat();
    AdmissionGate.Seat second = seat();
    assertThat(first.connect()).isEmpty();
    assertThat(second.request()).isEmpty();
    assertThat(reason(seat().connect())).isEqualTo(Reason.FULL);
    assertThat(reason(seat().request())).isEqualTo(Reason.FULL);
    assertThat(second.request()).as("who is in stays in").isEmpty();
    first.leave();
    assertThat(seat().connect()).isEmpty();
    assertThat(gate.status().refused()).containsEntry(Reason.FULL, 2L);
  }

  @Test
  void aSeatThatWasLeftIsTakenNoMore() {
    AdmissionGate.Seat seat = seat();
    seat.leave();
    seat.connect();
    assertThat(gate.status().connections()).isZero();
  }

  @Test
  void letsNoNewWorkInBeyondSevenEighthsOfTheMemory_E_57() {
    AdmissionGate.Seat seat = seat();
    memory.reserve(700);
    assertThat(seat.request()).isEmpty();
    memory.reserve(1);
    assertThat(reason(seat.request())).isEqualTo(Reason.OVERLOADED);
    assertThat(reason(seat().connect())).isEqualTo(Reason.OVERLOADED);
    assertThat(gate.status().bufferedBytes()).isEqualTo(701);
    memory.release(1);
    assertThat(seat.request()).isEmpty();
  }

  @Test
  void letsNobodyInWhileDraining_D12() {
    AdmissionGate.Seat known = seat();
    assertThat(known.request()).isEmpty();
    gate.drain(Duration.ZERO);
    assertThat(reason(known.request())).isEqualTo(Reason.DRAINING);
    assertThat(reason(seat().connect())).isEqualTo(Reason.DRAINING);
    assertThat(gate.status().draining()).isTrue();
    assertThat(gate.status().connections()).as("still there until it is closed").isEqualTo(1);
  }

  /** Or it would be refused once more, by the same process. */
  @Test
  void asksNobodyBackBeforeTheDrainIsOver_D12_THROTTLE_07() {
    gate.drain(Duration.ofSeconds(100));
    Duration told = seat().connect().orElseThrow().retryAfter();

    assertThat(told).isGreaterThan(Duration.ofSeconds(100));
    assertThat(gate.overloaded().retryAfter()).as("of no concern here").isLessThan(told);
  }

  @Test
  void keepsConnectionsForOperatorsAndBoundsThemAllTogether() {
    for (int i = 0; i < 2 + AdmissionGate.RESERVE - 1; i++) {
      assertThat(gate.seat()).isPresent();
    }
    AdmissionGate.Seat last = seat();
    assertThat(gate.seat()).isEmpty();
    last.leave();
    assertThat(gate.seat()).isPresent();
  }

  @Test
  void everyRefusalHasItsOwnTimeWhateverItsReason_THROTTLE_07() {
    AdmissionGate wide = gate(1_000, 1);
    List<Duration> told = new ArrayList<>();
    told.add(wide.overloaded().retryAfter());
    told.add(wide.returnIn());
    memory.reserve(800);
    told.add(wide.seat().orElseThrow().connect().orElseThrow().retryAfter());
    told.add(wide.seat().orElseThrow().request().orElseThrow().retryAfter());
    assertThat(told).doesNotHaveDuplicates().isSorted().allMatch(t -> t.compareTo(MIN) >= 0);
  }

  @Test
  void losesNoConnectionWhenManyThreadsComeAndGo() throws InterruptedException {
    AdmissionGate wide = gate(1_000_000, 1_000_000);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    for (int thread = 0; thread < 4; thread++) {
      threads.execute(
          () -> {
            for (int i = 0; i < 5_000; i++) {
              AdmissionGate.Seat seat = wide.seat().orElseThrow();
              seat.connect();
              seat.leave();
            }
          });
    }
    threads.shutdown();
    assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    assertThat(wide.status().connections()).isZero();
  }

  private AdmissionGate gate(int connections, int rate) {
    return new AdmissionGate(
        new ServerConfig.Admission(connections, rate, MIN), memory, time, new Random(1));
  }

  private AdmissionGate.Seat seat() {
    return gate.seat().orElseThrow();
  }

  private static Reason reason(Optional<Refusal> refusal) {
    return refusal.orElseThrow().reason();
  }
}
