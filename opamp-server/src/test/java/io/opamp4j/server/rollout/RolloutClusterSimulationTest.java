package io.opamp4j.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.opamp4j.core.rollout.RolloutPhase;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Three nodes on one storage, and a rollout in three stages. Nodes die, are paused and cut off, so
 * that others drive; commands arrive at any of them, also in the middle of a write of another;
 * storage goes away, or keeps what it says it did not; agents move, leave, fail and are mended.
 * Every write and every offer is checked; in the end all is well. Another range of seeds with
 * {@code -Dsimulation.first=} and {@code -Dsimulation.seeds=}.
 */
class RolloutClusterSimulationTest {
  private static final long FIRST = Long.getLong("simulation.first", 0);
  private static final long SEEDS = Long.getLong("simulation.seeds", 200);

  @Test
  void aRolloutHasOneHistoryKeepsItsOrderAndEndsWhoeverDrivesIt() {
    Map<RolloutPhase, Integer> ends = new EnumMap<>(RolloutPhase.class);
    Map<String, Integer> happened = new HashMap<>();
    for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
      RolloutClusterWorld world = new RolloutClusterWorld(seed);
      world.makeTrouble();
      ends.merge(world.comeToAnEnd(), 1, Integer::sum);
      world.happened.forEach((what, times) -> happened.merge(what, times, Integer::sum));
    }
    if (SEEDS >= 100) {
      assertThat(ends)
          .as("every end is seen")
          .containsOnlyKeys(RolloutPhase.DONE, RolloutPhase.CANCELLED, RolloutPhase.ROLLED_BACK);
      assertThat(happened)
          .as("all that can go wrong does")
          .containsKeys(
              "crash",
              "pause",
              "cut off",
              "outage",
              "command",
              "command refused",
              "conflict",
              "command in a write",
              "write not known to have happened",
              "another drives",
              "failed agent");
    }
  }
}
