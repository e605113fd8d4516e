package io.opamp4j.core.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class RolloutPlanTest {

  @Test
  void theDefaultsAreThoseOfTheProduct() {
    RolloutPlan plan = RolloutPlan.standard();
    assertThat(plan.stages()).containsExactly(new Stage("rest", Pacing.STANDARD));
    assertThat(plan.errorLimit()).isEqualTo(ErrorLimit.agents(1));
    assertThat(plan.rollBack()).isEqualTo(Pacing.ALL);
    assertThat(plan.healthGate()).isEqualTo(Duration.ofSeconds(30));
    assertThat(plan.resultDeadline()).isEqualTo(Duration.ofMinutes(5));
  }

  @Test
  void aPlanThatCannotWorkIsRefusedInWords() {
    Stage stage = new Stage("a", Pacing.ALL);
    refuses(() -> new Pacing(0, 1, 1, Duration.ZERO), "first 0");
    refuses(() -> new Pacing(1, 0, 1, Duration.ZERO), "factor 0");
    refuses(() -> new Pacing(2, 1, 1, Duration.ZERO), "most 1");
    refuses(() -> new Pacing(1, 1, 1, Duration.ofSeconds(-1)), "interval");
    refuses(() -> ErrorLimit.agents(0), "not 0");
    refuses(() -> ErrorLimit.agents(Faults.MOST + 1), "not 4097");
    refuses(() -> ErrorLimit.percent(101), "not 101");
    refuses(() -> new Stage(" ", Pacing.ALL), "name");
    refuses(() -> RolloutPlan.progressive(List.of(stage, stage), Pacing.ALL), "'a'");
    refuses(
        () -> RolloutPlan.progressive(List.of(new Stage("rest", Pacing.ALL)), Pacing.ALL),
        "'rest'");
    refuses(() -> RolloutPlan.progressive(Collections.nCopies(100, stage), Pacing.ALL), "not 101");
    refuses(() -> RolloutPlan.all().with(Duration.ofDays(366), Duration.ofDays(1)), "healthGate");
    refuses(() -> RolloutPlan.all().with(Duration.ZERO, Duration.ofDays(-1)), "resultDeadline");
    refuses(() -> RolloutPlan.all().with(Duration.ZERO, Duration.ZERO), "zero");
  }

  private static void refuses(ThrowingCallable plan, String words) {
    assertThatThrownBy(plan)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(words);
  }
}
